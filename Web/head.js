import { h, icon, iconButton, refill } from "./h.js";
import { openMembers } from "./members.js";
import { openSettings } from "./settings.js";
import { words } from "./words.js";

/** The line above a conversation. */
export class RoomHead {
    /** @param {import("./app.js").App} app */
    constructor(app) {
        this.app = app;
        this.element = h("header", { class: "room-head" });
    }

    /** @param {any} room */
    render(room) {
        const { people, chat, connection } = this.app;
        const other = room && people.otherOf(room);
        const signature = [room?.room, room && people.roomName(room), room?.topic, room?.members,
            other && people.presence(other), room?.archived, !!chat.user];
        refill(this.element, signature, () => [
            iconButton("back", words.back, { class: "back", onclick: () => this.app.back() }),
            h("div", { class: "room-title" },
                h("h1", { dir: "auto" }, room ? people.roomName(room) : ""), other && people.dot(other),
                room?.archived ? h("p", null, words.archived) : room?.topic && h("p", { dir: "auto", class: "topic" },
                    room.topic)),
            room && chat.user && iconButton("sliders", words.roomSettings, {
                class: "wide-only", "aria-haspopup": "dialog", onclick: () => openSettings(this.app, room),
            }),
            room && chat.user && h("button", {
                type: "button", class: "icon-button with-text", title: words.people, "aria-label": words.people,
                onclick: () => openMembers(this.app, this.app.entry(this.app.room)),
            }, icon("people"), h("span", null, room.members)),
            connection.chip]);
    }
}
