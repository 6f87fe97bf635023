import { arrange, h, icon, iconButton, mark, refill } from "./h.js";
import { briefTime } from "./times.js";
import { unreadOf } from "./unread.js";
import { words } from "./words.js";

/** The rooms, and oneself. */
export class Rail {
    /** @param {import("./app.js").App} app */
    constructor(app) {
        this.app = app;
        this.list = h("nav", { class: "rail-rooms", "aria-label": words.rooms });
        /** By room, and by heading, so that what has not changed stays. @type {Map<string, any>} */
        this.entries = new Map();
        this.hint = h("p", { class: "hint" });
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
        const rooms = chat.rooms.filter(({ archived, room: name }) => !archived || name === room);
        const named = rooms.filter(({ kind }) => kind !== "direct").sort((a, b) => a.name.localeCompare(b.name));
        const talks = rooms.filter(({ kind }) => kind === "direct").sort((a, b) => latest(b) - latest(a));
        this.hint.textContent = chat.user ? words.noRooms : words.loading;
        arrange(this.list, chat.user && rooms.length ? [...this.section(words.rooms, named),
            ...this.section(words.directMessages, talks)] : [this.hint]);
        if (!chat.user) return;
        refill(this.foot, people.name(this.app.me), () => h("button", { type: "button", class: "me",
            onclick: () => this.app.openMenu(), "aria-haspopup": "dialog" },
            people.avatar(this.app.me), h("span", { class: "name", dir: "auto" }, people.name(this.app.me)),
                icon("more")));
    }

    section(title, rooms) {
        if (!rooms.length) return [];
        const section = this.kept(`# ${title}`, () => h("section", null, h("h2", null, title), h("ul")));
        arrange(section.lastChild, rooms.map((room) => this.entry(room)));
        return [section];
    }

    kept(key, make) {
        const element = this.entries.get(key) ?? make();
        this.entries.set(key, element);
        return element;
    }

    /** The link stays whatever it says, for somebody may be clicking on it just now. */
    entry(room) {
        const item = this.kept(room.room, () => h("li", null, h("a", {
            href: `/r/${room.room}`, dataset: { room: room.room },
            onclick: (event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
                event.preventDefault();
                this.app.go(room.room);
            },
        })));
        const link = item.firstChild;
        const { people, room: open } = this.app;
        const { count: unread, loud, isQuiet } = unreadOf(room, this.app.me);
        const other = people.otherOf(room);
        const isOpen = room.room === open;
        link.className = `room${unread && !isQuiet ? " unread" : ""}`;
        if (isOpen) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
        const name = people.roomName(room);
        const at = !unread && room.last_message?.at;
        const time = at && briefTime(at);
        refill(link, [name, room.kind, other && people.presence(other), time, unread, loud, isQuiet], () => [
            other ? h("span", { class: "with-dot" }, people.avatar(other), people.dot(other))
                : icon(room.kind === "private" ? "lock" : room.kind === "direct" ? "people" : "hash"),
            h("span", { class: "room-name", dir: "auto" }, name),
            time && h("time", { class: "room-time", datetime: at }, time),
            unread > 0 && h("span", { class: `badge${loud ? " strong" : isQuiet ? " quiet" : ""}` },
                h("span", { "aria-hidden": "true" },
                    loud && room.kind !== "direct" ? `@${loud}` : unread > 99 ? "99+" : unread),
                h("span", { class: "unseen" }, loud && room.kind !== "direct"
                    ? `${words.mentions(loud)}, ${words.unread(unread)}` : words.unread(unread)))]);
        return item;
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
