import { connect } from "../Clients/browser/src/apus.js";
import { invite, openAdding } from "./adding.js";
import { ask } from "./api.js";
import { showBadge } from "./badge.js";
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { confirm, toast } from "./dialog.js";
import { Entrance } from "./entrance.js";
import { fill, h } from "./h.js";
import { RoomHead } from "./head.js";
import { keep, kept } from "./kept.js";
import { watchKeys } from "./keys.js";
import { openMenu } from "./menu.js";
import { People } from "./people.js";
import { Rail } from "./rail.js";
import { sentAt } from "./rows.js";
import { openSearch } from "./search.js";
import { refusal, words } from "./words.js";

/** @param {{id: string, name: string}} account */
export function openApp(account) {
    new App(account).start();
}

/** The page of somebody who is signed in: the rooms, and one of them open. */
export class App {
    constructor({ id }) {
        this.me = id;
        this.isAdmin = false;
        this.chat = connect(undefined, { account: id });
        this.people = new People(this.chat, () => this.changed());
        /** The room that is open. @type {string | undefined} */
        this.room = undefined;
        this.rail = new Rail(this);
        this.connection = new Connection(this.chat);
        this.conversation = new Conversation(this);
        this.head = new RoomHead(this);
        this.entrance = new Entrance(this);
        this.place = h("main", { class: "place" }, this.head.element, this.connection.banner, this.conversation.element,
            this.entrance.element);
        this.frame = h("div", { class: "frame" }, h("a", { class: "skip", href: "#composer" }, words.skip),
            this.rail.element, this.place);
        this.isDue = this.hasArrived = this.hasLeft = false;
        this.openedAt = Date.now();
        /** Where the address bar leads to as soon as something is known. @type {number | undefined} */
        this.wished = undefined;
    }

    start() {
        const { chat } = this;
        fill(document.body, this.frame);
        chat.on("rooms", () => this.changed());
        chat.on("signal", () => this.changed());
        chat.on("pending", () => this.changed());
        chat.on("event", (event) => {
            this.conversation.event(event);
            this.changed();
        });
        chat.on("snapshot", () => this.arrived());
        chat.on("failed", (failure) => this.failed(failure));
        chat.on("status", (status) => {
            this.connection.render();
            if (status.state === "needs_credentials") this.leave();
        });
        addEventListener("popstate", () => this.follow());
        watchKeys(this);
        this.follow();
    }

    get isNarrow() {
        return matchMedia("(max-width: 719px)").matches;
    }

    /** At first, and when too much was missed to be told one by one. */
    arrived() {
        const { chat, hasArrived } = this;
        const isFirst = !hasArrived;
        if (isFirst) {
            this.hasArrived = true;
            ask("GET", `/v1/users/${this.me}`).then(({ role }) => {
                this.isAdmin = ["owner", "admin"].includes(role);
            }, () => {}); // then nothing is offered that only admins may
            if (kept("welcome")) {
                keep("welcome");
                invite(() => this.conversation.composer.focus());
            }
            for (const { id, state, error } of chat.pending) if (state === "failed") this.failed({ id, ...error });
        }
        if (isFirst || !this.entry(this.room)) this.enter(this.room, this.wished);
        else void this.conversation.reader.reload();
        this.changed();
    }

    /** Where one is who has not said where: nowhere on a phone, for there the list of rooms is the page. */
    get home() {
        if (this.isNarrow) return undefined;
        const last = kept(`last.${this.me}`)?.room;
        const rooms = this.chat.rooms.map(({ room }) => room);
        return this.chat.user ? [last, "general", rooms[0]].find((room) => rooms.includes(room)) : last;
    }

    /** Draws once for all that has happened in one go. */
    changed() {
        if (this.isDue) return;
        this.isDue = true;
        queueMicrotask(() => {
            this.isDue = false;
            this.render();
        });
    }

    render() {
        this.rail.render();
        const room = this.entry(this.room);
        if (room && this.conversation.room?.room === room.room) this.conversation.room = room;
        else if (room && this.chat.user) this.enter(room.room);
        // One was removed from it, or has left it elsewhere.
        else if (this.chat.user && this.conversation.room) this.follow();
        this.head.render(room);
        this.conversation.render();
        this.connection.render();
        showBadge(this.chat.rooms, this.me, room ? this.people.roomName(room) : "");
        this.frame.classList.toggle("at-room", this.room !== undefined);
    }

    /** A room's entry; before the first snapshot what was known of the room that was open last. */
    entry(room) {
        const found = this.chat.rooms.find((one) => one.room === room);
        if (found || this.chat.user || !room) return found;
        const last = kept(`last.${this.me}`);
        return { room, name: last?.room === room ? last.name : room, isGuess: true, head: 0, read: 0, members: 0,
            mentions: 0 };
    }

    /** Goes to a room, or without one away from all. */
    go(room, number) {
        const address = room ? `/r/${room}${number ? `/${number}` : ""}` : "/";
        if (location.pathname !== address) history.pushState({ inside: true }, "", address);
        this.enter(room, number);
    }

    /** Back to the list on a phone, as its own gesture goes. */
    back() {
        if (history.state?.inside) history.back();
        else {
            history.replaceState(null, "", "/");
            this.enter(undefined);
        }
    }

    /** To where the address bar is. */
    follow() {
        const [, room, number] = /^\/r\/([^/]+)(?:\/(\d+))?/.exec(location.pathname) ?? [];
        // No room's name needs to be written otherwise in an address.
        this.enter(room, number ? Number(number) : undefined);
    }

    /** @param {string} [wanted] @param {number} [number] */
    enter(wanted, number) {
        const room = wanted ?? this.home;
        this.room = room;
        this.wished = this.chat.user ? undefined : number;
        const entry = this.entry(room);
        this.entrance.element.hidden = true;
        this.frame.classList.toggle("at-room", room !== undefined);
        if (room && !entry) return void this.entrance.ask(room);
        this.conversation.element.hidden = !room;
        this.changed();
        if (!entry) {
            this.conversation.leave();
            if (this.chat.user && !this.chat.rooms.length) this.entrance.offerRooms();
            return;
        }
        if (this.chat.user) keep(`last.${this.me}`, { room, name: this.people.roomName(entry) });
        this.conversation.open(entry, this.chat.user ? number : undefined);
        if (!number && !document.querySelector("dialog[open]")) this.conversation.composer.focus();
    }

    /**
     * A command whose answer is waited for; what is refused is told, and not kept.
     * @param {string} op @param {object} fields @param {Element} [place] where trouble is told; else at the page's edge
     */
    async run(op, fields, place) {
        try {
            return (await this.chat.command(op, fields)) ?? {};
        } catch (error) {
            if (place) fill(place, refusal(error));
            else toast(refusal(error));
            return undefined;
        }
    }

    /** A message that failed says so itself. All else is told by the page in which it was given, if that is still there. */
    failed({ id, code, detail }) {
        const op = this.chat.pending.find((one) => one.id === id)?.op;
        if (!op || op === "message.post" || code === "discarded") return;
        if (op !== "read" && sentAt(id) < this.openedAt) toast(refusal({ code, detail }));
        this.chat.discard(id);
    }

    governs(room) {
        return room?.role === "admin" || (this.isAdmin && room?.kind !== "direct");
    }

    openSearch = () => openSearch(this);
    openAdding = () => openAdding(this);
    openMenu = () => openMenu(this);

    signOut() {
        const leave = async () => {
            // Without a network this browser forgets all the same.
            await ask("DELETE", "/v1/sessions/current").catch(() => {});
            this.leave();
        };
        const { waiting } = this.chat.status;
        if (waiting) confirm(words.signOutPending(waiting), words.signOut, leave);
        else void leave();
    }

    /** To the door; what is pending waits under this account's name. */
    leave() {
        if (this.hasLeft) return;
        this.hasLeft = true;
        this.chat.close();
        keep("account");
        location.reload();
    }
}
