import { h, icon } from "./h.js";
import { plain } from "./markdown.js";
import { isOnlyEmoji, textNodes } from "./text.js";
import { clock, dayName, fullTime } from "./times.js";
import { refusal, words } from "./words.js";

/**
 * Whatever of a row is seen, but not its tick, which changes too often.
 * @param {any} row @param {{people: import("./people.js").People, quote?: any}} around
 */
export const signatureOf = (row, { people, quote }) =>
    JSON.stringify([
        row.kind === "day" && dayName(row.at), row.isGrouped, row.text, row.purged, row.state === "failed", row.isChanging, row.edited_at, row.reactions,
        row.mentions,
        row.number, row.by && people.name(row.by), row.error?.code, quote?.text, quote?.purged,
        quote && people.name(quote.by), row.name,
    ]);

/**
 * The element of a row.
 * @param {any} row
 * @param {{people: import("./people.js").People, me: string, quote?: any, act: any}} around
 */
export function rowElement(row, around) {
    if (row.kind === "day") return h("li", { class: "day" }, h("span", null, dayName(row.at)));
    if (row.kind === "new") return h("li", { class: "new-divider", id: "new" }, h("span", null, words.newMessages));
    return messageElement(row, around);
}

/** @param {any} row @param {any} around */
function messageElement(row, { people, me, quote, act }) {
    const isMine = row.by === me;
    const time = h("time", { datetime: row.at, title: fullTime(row.at) }, clock(row.at));
    const isMention = !isMine && (row.mentions?.includes(me) || row.mentions?.includes("all"));
    return h("li", {
        class: ["message", row.isGrouped && "grouped", isMine && "mine", isMention && "mentions-me",
            row.isChanging && "changing",
            row.state === "failed" && "failed"].filter(Boolean).join(" "),
        tabindex: "-1", dataset: { number: row.number ?? "", id: row.id ?? "" },
    },
        row.isGrouped ? h("span", { class: "gutter" }, time) : people.avatar(row.by),
        h("div", { class: "message-main" },
            !row.isGrouped && h("p", { class: "message-head" },
                h("b", { dir: "auto", class: "author" }, people.name(row.by)), time),
            row.isGrouped && h("span", { class: "unseen author" }, people.name(row.by)),
            row.reply_to && quoteElement(row, quote, people, act),
            row.purged ? h("p", { class: "gone" }, words.deleted)
                : h("div", { class: `message-text${isOnlyEmoji(row.text) ? " emoji" : ""}`, dir: "auto" },
                    textNodes(row.text, { mentions: row.mentions, people, me }),
                    row.edited_at && h("small", { class: "edited", title: fullTime(row.edited_at) },
                        ` (${words.edited})`)),
            reactionsElement(row, people, me, act),
            row.state === "failed" && h("p", { class: "failure" }, icon("warning"),
                h("span", null, words.notSentBecause(refusal(row.error ?? {}))),
                h("button", { type: "button", class: "plain", dataset: { focus: "retry" },
                    onclick: () => act.retry(row) }, words.retry),
                h("button", { type: "button", class: "plain", dataset: { focus: "discard" },
                    onclick: () => act.discard(row) }, words.remove))),
        isMine && !row.purged && h("button", { type: "button", class: "tick", tabindex: "-1",
            dataset: { focus: "tick" }, onclick: () => act.receipts(row) }));
}

function quoteElement(row, quote, people, act) {
    const text = quote?.purged ? words.deleted : plain(quote?.text ?? words.replyGone);
    return h("button", { type: "button", class: "quote", dir: "auto", dataset: { focus: "quote" },
        onclick: () => act.jump(row.reply_to) },
        quote && h("b", null, people.name(quote.by)), " ", h("span", null, text.slice(0, 200)));
}

function reactionsElement({ reactions, number }, people, me, act) {
    if (!reactions?.length) return undefined;
    return h("p", { class: "reactions" }, reactions.map(({ emoji, count, users }) => {
        const names = users.map((id) => (id === me ? words.me : people.name(id))).join(", ");
        const isOwn = users.includes(me);
        return h("button", {
            type: "button", "aria-pressed": String(isOwn), title: words.reactedBy(emoji, names),
            dataset: { focus: emoji },
            "aria-label": words.reactedBy(emoji, names), onclick: () => act.react(number, emoji, !isOwn),
        }, h("span", null, emoji), " ", h("span", { class: "count" }, count));
    }));
}

const PICTURES = { queued: "clock", sending: "clock", sent: "once", delivered: "twice", read: "twice" };

/** @param {any} element of a row @param {string} state as `tickOf` has it */
export function setTick(element, state) {
    const tick = element.querySelector(".tick");
    if (!tick || tick.dataset.state === state) return;
    tick.dataset.state = state;
    tick.replaceChildren(...(PICTURES[state] ? [icon(PICTURES[state])] : []));
    const text = state === "failed" ? words.notSent : words[state];
    tick.setAttribute("aria-label", text);
    tick.title = text;
    tick.disabled = ["queued", "sending", "failed"].includes(state);
}
