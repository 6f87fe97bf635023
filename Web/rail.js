import { fill, h, icon, iconButton, mark } from "./h.js";
import { briefTime } from "./times.js";
import { unreadOf } from "./unread.js";
import { words } from "./words.js";

/** The rooms, and oneself. */
export class Rail {
    /** @param {import("./app.js").App} app */
    constructor(app) {
        this.app = app;
        this.list = h("nav", { class: "rail-rooms", "aria-label": words.rooms });
        this.foot = h("footer", { class: "rail-foot" });
        this.element = h("aside", { class: "rail" },
            h("header", { class: "rail-head" }, mark(), h("p", { class: "wordmark" }, "Apus"),
                iconButton("search", words.search, { onclick: () => app.openSearch() }),
                iconButton("plus", words.addRoom, { onclick: () => app.openAdding() })),
            this.list, this.foot);
        this.list.addEventListener("keydown", (event) => this.walk(event));
    }

    render() {
        const { chat, people, room } = this.app;
        const focused = /** @type {any} */ (document.activeElement)?.dataset?.room;
        const rooms = chat.rooms.filter(({ archived, room: name }) => !archived || name === room);
        const named = rooms.filter(({ kind }) => kind !== "direct").sort((a, b) => a.name.localeCompare(b.name));
        const talks = rooms.filter(({ kind }) => kind === "direct").sort((a, b) => latest(b) - latest(a));
        if (!chat.user) {
            fill(this.list, h("p", { class: "hint" }, words.loading));
        } else {
            fill(this.list, !rooms.length && h("p", { class: "hint" }, words.noRooms),
                named.length > 0 && this.section(words.rooms, named),
                    talks.length > 0 && this.section(words.directMessages, talks));
        }
        if (focused) /** @type {any} */ (this.list.querySelector(`[data-room="${CSS.escape(focused)}"]`))?.focus();
        if (chat.user) {
            fill(this.foot, h("button", { type: "button", class: "me", onclick: () => this.app.openMenu(),
                "aria-haspopup": "dialog" },
                people.avatar(this.app.me), h("span", { class: "name", dir: "auto" }, people.name(this.app.me)),
                    icon("more")));
        }
    }

    section(title, rooms) {
        return h("section", null, h("h2", null, title),
            h("ul", null, rooms.map((room) => h("li", null, this.entry(room)))));
    }

    entry(room) {
        const { people, room: open } = this.app;
        const { count: unread, loud, isQuiet } = unreadOf(room, this.app.me);
        const other = people.otherOf(room);
        const isOpen = room.room === open;
        return h("a", {
            href: `/r/${room.room}`, class: `room${unread && !isQuiet ? " unread" : ""}`, "aria-current": isOpen && "page",
            dataset: { room: room.room },
            onclick: (event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
                event.preventDefault();
                this.app.go(room.room);
            },
        },
            other ? h("span", { class: "with-dot" }, people.avatar(other), people.dot(other))
                : icon(room.kind === "private" ? "lock" : room.kind === "direct" ? "people" : "hash"),
            h("span", { class: "room-name", dir: "auto" }, people.roomName(room)),
            room.last_message?.at && !unread && h("time", { class: "room-time", datetime: room.last_message.at },
                briefTime(room.last_message.at)),
            unread > 0 && h("span", { class: `badge${loud ? " strong" : isQuiet ? " quiet" : ""}` },
                h("span", { "aria-hidden": "true" },
                    loud && room.kind !== "direct" ? `@${loud}` : unread > 99 ? "99+" : unread),
                h("span", { class: "unseen" }, loud && room.kind !== "direct"
                    ? `${words.mentions(loud)}, ${words.unread(unread)}` : words.unread(unread))));
    }

    walk(event) {
        if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
        const all = /** @type {any[]} */ ([...this.list.querySelectorAll(".room")]);
        const next = all[all.indexOf(event.target) + (event.key === "ArrowUp" ? -1 : 1)];
        if (!next) return;
        event.preventDefault();
        next.focus();
    }
}

/** @param {any} room */
const latest = ({ last_message: last }) => (last?.at ? Date.parse(last.at) : 0);
