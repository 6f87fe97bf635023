import { askAll } from "./api.js";
import { dialog } from "./dialog.js";
import { fill, h } from "./h.js";
import { refusal, words } from "./words.js";

/** Who has got and read a message of one's own. */
export function showReceipts(app, room, { number }) {
    const body = h("div", { class: "receipts" }, words.loading);
    dialog(words.receipts, () => body);
    askAll(`/v1/rooms/${encodeURIComponent(room.room)}/members`, "members", ({ id }) => id).then((members) => {
        const others = members.filter(({ id, kind }) => id !== app.me && kind !== "hook");
        /** @type {[string, any[]][]} */
        const groups = [
            [words.readBy, others.filter(({ read }) => read >= number)],
            [words.deliveredTo, others.filter(({ read, delivered }) => read < number && delivered >= number)],
            [words.notYet, others.filter(({ read, delivered }) => read < number && delivered < number)],
        ];
        fill(body, others.length ? groups.map(([title, people]) => people.length > 0 && h("section", null,
            h("h3", null, title),
            h("ul", { class: "people" }, people.map(({ id, display_name: name }) =>
                h("li", null, app.people.avatar(id),
                    h("span", { dir: "auto", class: "name" }, name)))))) : words.noOneElse);
    }, (error) => fill(body, refusal(error)));
}
