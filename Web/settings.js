import { confirm, dialog } from "./dialog.js";
import { h } from "./h.js";
import { choice } from "./menu.js";
import { words } from "./words.js";

/** What one wants to hear of a room, and, for those who govern it, what it is. @param {import("./app.js").App} app */
export function openSettings(app, { room }) {
    const entry = app.entry(room);
    const trouble = h("p", { class: "trouble", role: "alert" });
    const notify = (notifications) => app.run("settings.update", { room, notifications }, trouble);
    dialog(words.roomSettings, (close) => [
        choice(words.notifications, { all: words.notifyAll, mentions: words.notifyMentions, none: words.notifyNone },
            entry.notifications ?? "all", notify),
        h("p", { class: "hint" }, words.notificationsHint), trouble,
        entry.kind !== "direct" && app.governs(entry) && governing(app, entry, close, trouble)]);
}

function governing(app, entry, close, trouble) {
    const { room, name, topic, history, archived } = entry;
    const archive = async (on) => (await app.run("room.archive", { room, on }, trouble)) && close();
    if (archived) {
        return h("div", { class: "part" }, h("p", null, words.archived), h("div", { class: "buttons" },
            h("button", { type: "button", class: "primary", onclick: () => archive(false) }, words.reopenRoom)));
    }
    const field = (title, props) => h("label", { class: "field" }, h("span", { class: "label" }, title),
        h("input", { autocomplete: "off", dir: "auto", ...props }));
    return h("form", {
        class: "part",
        onsubmit: async (event) => {
            event.preventDefault();
            /** @type {any} */
            const said = Object.fromEntries(new FormData(event.target));
            const fields = { room, ...said, name: said.name.trim(), topic: said.topic.trim() };
            if (await app.run("room.update", fields, trouble)) close();
        },
    },
        field(words.roomName, { name: "name", value: name, required: true, maxlength: 100 }),
        field(words.topic, { name: "topic", value: topic, maxlength: 1000 }),
        choice(words.history, { all: words.historyAll, joined: words.historyJoined }, history, () => {}, "history"),
        h("div", { class: "buttons" },
            h("button", { type: "button", class: "danger", onclick: () => confirm(words.archiveSure, words.archiveRoom,
                () => archive(true)) }, words.archiveRoom),
            h("button", { class: "primary" }, words.save)));
}
