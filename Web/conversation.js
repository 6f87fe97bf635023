import { actionBar } from "./actions.js";
import { Composer } from "./composer.js";
import { toast } from "./dialog.js";
import { fill, h, icon } from "./h.js";
import { History, MOST } from "./history.js";
import { rowElement, setTick, signatureOf } from "./message.js";
import { Quotes } from "./quotes.js";
import { Reader } from "./reader.js";
import { showReceipts } from "./receipts.js";
import { foreseen, rows } from "./rows.js";
import { Scroller } from "./scroller.js";
import { reached, tickOf } from "./ticks.js";
import { dayOf } from "./times.js";
import { drawTop } from "./top.js";
import { TypingLine } from "./typing.js";
import { words } from "./words.js";

/** So many of the last arrivals are there for who listens, and has not come to the end of one as the next comes. */
const ANNOUNCED = 20;

/** One room's messages, and what one says there. */
export class Conversation {
    /** @param {import("./app.js").App} app */
    constructor(app) {
        const { chat, me } = app;
        this.app = app;
        this.chat = chat;
        this.me = me;
        /** The room's entry, or while nothing is known of it, what was known when it was open last. @type {any} */
        this.room = undefined;
        this.history = new History(me);
        this.pending = [];
        this.newBelow = 0;
        this.divider = undefined;
        this.quotes = new Quotes(this);
        this.composer = new Composer({
            account: me, people: app.people, send: (text, replyTo) => this.send(text, replyTo), editLast: () => this.editLast(),
            save: (number, text) => app.run("message.edit", { room: this.room.room, number, text }),
            typing: (on) => chat.typing(this.room.room, on),
        });
        this.typing = new TypingLine(app.people, me);
        this.list = h("ol", { class: "messages" });
        this.top = h("div", { class: "timeline-top" });
        this.viewport = h("div", { class: "viewport", tabindex: "0", role: "region", "aria-label": words.messages },
            this.top, this.list);
        this.below = h("button", { type: "button", class: "below", hidden: true, onclick: () => this.toLatest() });
        /** New arrivals only, for those who listen: history would be read out for minutes. */
        this.announcer = h("div", { class: "unseen", "aria-live": "polite", role: "log" });
        this.scroller = new Scroller(this.viewport, this.list, () => this.moved());
        this.reader = new Reader(this);
        this.act = {
            react: (number, emoji, on) => app.run(on ? "reaction.add" : "reaction.remove",
                { room: this.room.room, number, emoji }),
            reply: ({ number, by }) => {
                this.composer.reply(number, app.people.name(by));
                this.composer.input.focus();
            },
            edit: ({ number, text }) => this.composer.edit(number, text),
            remove: ({ number }) => app.run("message.delete", { room: this.room.room, number }),
            retry: ({ id }) => chat.retry(id), discard: ({ id }) => chat.discard(id),
            jump: (number) => this.jump(number), receipts: (row) => showReceipts(app, this.room, row),
        };
        actionBar(this.viewport, { row: (element) => this.rowOf(element), me, isGoverned: () => app.governs(this.room),
            act: this.act });
        this.element = h("div", { class: "conversation" },
            h("div", { class: "timeline" }, this.viewport, this.below), this.typing.element, this.composer.element,
                this.announcer);
        document.addEventListener("visibilitychange", () => {
            // It may be another day.
            app.changed();
            this.moved();
        });
    }

    rowOf(element) {
        for (const { element: one, row } of this.scroller.shown.values()) if (one === element) return row;
    }

    /** @param {any} room an entry of `chat.rooms` @param {number} [number] of the message to go to */
    open(room, number) {
        const isSame = this.room?.room === room.room && !this.room.isGuess;
        this.room = room;
        this.composer.open(room, this.app.people.roomName(room));
        if (isSame && this.history.isLoaded) return number ? this.jump(number) : undefined;
        if (!isSame) {
            this.divider = room.head > room.read ? room.read + 1 : undefined;
            this.newBelow = 0;
            this.history = new History(this.me);
            this.quotes.begin();
            fill(this.announcer);
            this.reader.begin();
            this.scroller.follows = true;
            this.render();
        }
        // Until the first snapshot one can write, and sees what waits.
        if (room.isGuess) return;
        const at = number ?? this.divider;
        void this.reader.load(at && room.head - at > 30 ? { around: at, limit: 100 } : number ? { around: number,
            limit: 100 } : { limit: 60 }, () => {
            if (number) this.show(number);
            else if (!this.divider || !this.toDivider()) this.scroller.toEnd();
        });
    }

    /** What comes from here on is not seen. */
    leave() {
        this.room = undefined;
    }

    /** What has come while the page was hidden is new, too. */
    event(event) {
        if (event.room !== this.room?.room) return;
        if (event.type.startsWith("member.")) this.composer.completion.forget();
        const created = event.type === "message.created";
        const isMine = event.by === this.me;
        if (created && !isMine) {
            if (document.hidden && !(this.divider && this.room.read < this.divider)) this.divider = event.data.number;
            if (!this.scroller.isNearEnd) this.newBelow += 1;
            this.announcer.append(h("p", null, words.announced(this.app.people.name(event.by), event.data.text ?? "")));
            if (this.announcer.childElementCount > ANNOUNCED) this.announcer.firstChild.remove();
            this.typing.spoke(event.by);
        }
        this.quotes.event(event);
        if (this.reader.event(event) && this.history.messages.length > MOST) {
            this.history.shorten(this.scroller.follows ? undefined : this.scroller.lowestSeen);
        }
    }

    /** Everything anew, from the state as it is. */
    render() {
        const { room, chat, history, me } = this;
        if (!room) return;
        this.pending = chat.pending.filter((one) => one.room === room.room);
        const all = rows({ history, pending: this.pending, me, divider: this.divider, dayOf });
        const around = (row) => ({ people: this.app.people, me, quote: row.reply_to && this.quotes.find(row.reply_to),
            act: this.act });
        this.scroller.hasMore = history.hasAfter;
        this.scroller.show(
            all, (row) => rowElement(row, around(row)), (row) => signatureOf(row, around(row)),
                () => drawTop(this));
        this.renderTicks();
        this.typing.render(chat.signals, room.room);
        this.renderBelow();
        this.reader.mark();
    }

    renderTicks() {
        const far = reached(this.room, this.chat.signals, this.chat.users, this.me);
        for (const { element, row } of this.scroller.shown.values()) {
            if (row.kind === "message" && row.by === this.me) setTick(element, tickOf(row, far));
        }
    }

    renderBelow() {
        const { hasAfter, last } = this.history;
        const isAway = hasAfter || (last > 0 && !this.scroller.isNearEnd);
        if (!isAway) this.newBelow = 0;
        this.below.hidden = !isAway;
        const text = this.newBelow ? words.newBelow(this.newBelow) : "";
        if (this.below.dataset.text === text && this.below.firstChild) return;
        this.below.dataset.text = text;
        this.below.setAttribute("aria-label", text || words.toLatest);
        fill(this.below, text, icon("down"));
    }

    moved() {
        if (!this.room) return;
        this.reader.mark();
        this.reader.fetchMore();
        this.renderBelow();
    }

    send(text, replyTo) {
        void this.chat.post(this.room.room, text, replyTo ? { reply_to: replyTo } : undefined);
        this.toLatest();
    }

    editLast() {
        const own = this.history.messages.filter(({ by, purged }) => by === this.me && !purged).pop();
        if (!own || this.history.hasAfter) return;
        // As it is shown: an edit before this one may be on its way.
        const alive = this.pending.filter(({ state }) => state !== "failed");
        this.composer.edit(own.number, foreseen(own, alive, this.me).text);
    }

    toLatest() {
        this.newBelow = 0;
        if (!this.history.hasAfter) return this.scroller.toEnd();
        void this.reader.load({ limit: 60 }, () => this.scroller.toEnd());
    }

    /** To a message, wherever it is. @param {number} number */
    jump(number) {
        if (this.history.find(number)) return this.show(number);
        void this.reader.load({ around: number, limit: 100 }, () => this.show(number));
    }

    show(number) {
        for (const [key, { row }] of this.scroller.shown) {
            if (row.number !== number) continue;
            const element = this.scroller.toRow(key);
            element.focus({ preventScroll: true });
            element.classList.add("found");
            element.addEventListener("animationend", () => element.classList.remove("found"), { once: true });
            return;
        }
        toast(words.refusals.no_such_message);
    }

    /** The first unread message a third below the top; false if none is new. */
    toDivider() {
        if (!this.scroller.shown.has("new")) return false;
        this.scroller.toRow("new", "start");
        this.viewport.scrollTop -= this.viewport.clientHeight / 3;
        this.scroller.follows = this.scroller.isNearEnd;
        return true;
    }
}
