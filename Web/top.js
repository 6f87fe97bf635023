import { h, refill } from "./h.js";
import { words } from "./words.js";

/** What stands above the first message. @param {import("./conversation.js").Conversation} conversation */
export function drawTop(conversation) {
    const { top, history, room, reader, app } = conversation;
    refill(top, [!!reader.failure, history.isLoaded, history.hasBefore, history.messages.length > 0, app.people.roomName(room)],
        () => topOf(conversation));
}

function topOf({ history, room, reader, app }) {
    if (reader.failure) {
        return h("p", { class: "load-failed" }, words.historyFailed, " ",
            h("button", { type: "button", class: "plain", onclick: () => reader.again() }, words.tryAgain));
    }
    if (!history.isLoaded || history.hasBefore) {
        return h("p", { class: "load-more" }, h("span", { class: "unseen" }, words.loading));
    }
    return h("div", { class: "beginning" },
        h("p", { dir: "auto" }, words.beginning(app.people.roomName(room))),
        !history.messages.length && h("p", { class: "hint" }, words.noMessages));
}
