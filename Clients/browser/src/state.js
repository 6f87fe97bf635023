/** @typedef {import("../types").Room} Room */
/** @typedef {import("../types").Signal} Signal */
import { seqOf } from "./sequencer.js";

/** @param {Signal} signal */
const keyOf = ({ type, room, user }) => `${type} ${room} ${user}`;

/** What one user sees: a snapshot, kept up by events and signals. Every tab keeps its own. */
export class State {
    constructor() {
        // The cursor is where this is true. There is none before the first snapshot.
        this.cursor = this.user = this.signalsTo = undefined;
        /** @type {Map<string | undefined, Room>} */
        this.rooms = new Map();
        /** @type {Map<string, import("../types").Person>} */
        this.users = new Map();
        /** @type {Map<string, Signal>} */
        this.signals = new Map();
    }

    get seq() {
        return this.cursor ? seqOf(this.cursor) : -1;
    }

    /** @param {import("../types").Snapshot} snapshot */
    restore({ cursor, user, rooms, users, signals = [], signals_to }) {
        this.cursor = cursor;
        this.user = user;
        this.rooms = new Map(rooms.map((room) => [room.room, room]));
        this.users = new Map(users.map((person) => [person.id, person]));
        this.signals = new Map(signals.map((signal) => [keyOf(signal), signal]));
        this.signalsTo = signals_to;
    }

    /**
     * What is new in a batch, applied; undefined where something before it is missing.
     * @param {import("../types").Passed} batch
     */
    apply({ from, cursor, events = [], signals = [], signals_full, signals_to = this.signalsTo }) {
        const { seq } = this;
        if (from > seq) return undefined;
        if (seqOf(cursor) >= seq) this.cursor = cursor;
        const news = events.filter((event) => event.seq > seq);
        for (const event of news) this.event(event);
        if (signals_full) this.signals.clear();
        const changed = signals.filter((signal) => (this.signals.get(keyOf(signal))?.v ?? -1) < signal.v);
        for (const signal of changed) this.signal(signal);
        this.signalsTo = signals_to;
        return { events: news, signals: changed };
    }

    /** @param {Signal} signal */
    signal(signal) {
        const { type, room } = signal;
        // A room that passes the size for single receipts has one kind or the other.
        const other = { receipt: "receipts", receipts: "receipt" }[type];
        for (const key of this.signals.keys()) if (key.startsWith(`${other} ${room} `)) this.signals.delete(key);
        this.signals.set(keyOf(signal), signal);
        if (type === "receipt" && signal.user === this.user?.id) this.read(room, signal.value.read);
    }

    /** @param {string | undefined} name @param {number} number */
    read(name, number) {
        const room = this.rooms.get(name);
        if (!room) return;
        room.read = Math.max(room.read, number);
        if (room.read >= room.head) room.mentions = 0;
    }

    /** @param {import("../types").Event} event */
    event({ type, room: name, by, at, seq, data }) {
        const room = this.rooms.get(name ?? data.room);
        const { user, number } = data;
        const me = this.user?.id;
        if (type === "member.joined") {
            const { name, display_name, kind } = data;
            this.users.set(user, { id: user, name, display_name, kind });
        }
        if (type === "user.updated") {
            const person = this.users.get(user ?? by);
            if (person) Object.assign(person, data, { id: person.id });
        }
        // An entry that was asked for later holds it already.
        if (!room || seq <= room.seq) return;
        const last = room.last_message;
        switch (type) {
            case "message.created":
                room.head = number;
                if (by !== me && [me, "all"].some((one) => data.mentions?.includes(one))) room.mentions += 1;
                room.last_message = { ...data, number, room: name, seq, by, at };
                break;
            case "message.updated":
            case "message.deleted":
                // The event of a deletion has neither, and so has what is deleted.
                if (last && last.number === number) Object.assign(last, { text: undefined, mentions: undefined, ...data, seq });
                break;
            case "settings.updated":
            case "room.updated":
                Object.assign(room, data);
                break;
            case "room.archived":
                room.archived = data.archived !== false;
                break;
            case "member.updated":
                if (user === me) room.role = data.role;
                break;
            case "member.joined":
            case "member.left": {
                const change = type === "member.left" ? -1 : 1;
                room.members += change;
                if (this.users.get(user)?.kind === "hook") room.hooks = (room.hooks ?? 0) + change;
                if (change > 0) break;
                for (const kind of ["typing", "receipt"]) this.signals.delete(`${kind} ${name} ${user}`);
                if (user === me) this.rooms.delete(name);
            }
        }
    }

    /**
     * Whether an event brings the user into a room that is not known here.
     * @param {import("../types").Event} event
     */
    opens({ type, room, data }) {
        return type === "member.joined" && data.user === this.user?.id && !this.rooms.has(room);
    }
}
