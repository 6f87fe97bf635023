import { browse } from "./adding.js";
import { ask as request } from "./api.js";
import { fill, h } from "./h.js";
import { words } from "./words.js";

/** What stands in place of a conversation where there is none to show. */
export class Entrance {
    /** @param {import("./app.js").App} app */
    constructor(app) {
        this.app = app;
        this.element = h("div", { class: "asking", hidden: true });
    }

    /** To who has just come, and is nowhere yet. */
    offerRooms() {
        this.app.conversation.element.hidden = true;
        this.element.hidden = false;
        fill(this.element, h("p", null, words.chooseRoom),
            h("button", { type: "button", class: "primary", onclick: () => browse(this.app) }, words.browseRooms));
        // On a phone it stands behind the list.
        if (this.app.isNarrow && !document.querySelector("dialog[open]")) browse(this.app);
    }

    /** At a room that one is not in: public ones can be joined. */
    async ask(room) {
        this.app.conversation.element.hidden = true;
        this.app.conversation.leave();
        const found = await request("GET", `/v1/rooms/${encodeURIComponent(room)}`).catch(() => undefined);
        if (this.app.room !== room || this.app.entry(room)) return;
        if (found?.member) return; // and its entry is about to come
        this.element.hidden = false;
        if (!found) return fill(this.element, h("p", null, words.roomGone));
        fill(this.element, h("p", null, words.joinFirst(found.name)),
            h("button", { type: "button", class: "primary", onclick: () => this.app.run("room.join", { room }) },
                words.join));
    }
}
