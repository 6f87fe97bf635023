/** @typedef {import("../types").Room} Room */
/** @typedef {import("../types").Signal} Signal */
import { cursorOf } from "./sequencer.js";

/** @param {Signal} signal */
const keyOf = ({ type, room, user }) => `${type} ${room ?? ""} ${user ?? ""}`;

/** What one user sees: a snapshot, kept up by events and signals. Every tab keeps its own. */
export class State {
    constructor() {
        /**
         * Where this is true; undefined before the first snapshot.
         * @type {string | undefined}
         */
        this.cursor = undefined;
        /** @type {import("../types").Person | undefined} */
        this.user = undefined;
        /** @type {Map<string, Room>} */
        this.rooms = new Map();
        /** @type {Map<string, import("../types").Person>} */
        this.users = new Map();
        /** @type {Map<string, Signal>} */
        this.signals = new Map();
        /** @type {string | undefined} */
        this.signalsTo = undefined;
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
    apply({ from, cursor, events, signals, signals_full, signals_to }) {
        const seq = this.cursor === undefined ? -1 : cursorOf(this.cursor).seq;
        if (from > seq) return undefined;
        if (cursorOf(cursor).seq >= seq) this.cursor = cursor;
        const news = events.filter((event) => event.seq > seq);
        for (const event of news) this.event(event);
        if (signals_full) this.signals.clear();
        const changed = signals.filter((signal) => (this.signals.get(keyOf(signal))?.v ?? -1) < signal.v);
        for (const signal of changed) this.signal(signal);
        this.signalsTo = signals_to ?? this.signalsTo;
        return { events: news, signals: changed };
    }

    /** @param {Signal} signal */
    signal(signal) {
        this.signals.set(keyOf(signal), signal);
        if (signal.type === "receipt" && signal.user === this.user?.id) this.read(signal.room, signal.value.read);
    }

    /** @param {string | undefined} name @param {number} number */
    read(name, number) {
        const room = this.rooms.get(name ?? "");
        if (!room) return;
        room.read = Math.max(room.read, number);
        if (room.read >= room.head) room.mentions = 0;
    }

    /** @param {import("../types").Event} event */
    event({ type, room: name, by, at, seq, data }) {
        const room = this.rooms.get(name ?? "");
        const me = this.user?.id ?? "";
        const isMine = data.user === me;
        if (type === "member.joined") {
            this.users.set(data.user, { id: data.user, name: data.name, display_name: data.display_name });
        }
        if (room && seq <= room.seq) return; // an entry that was asked for later holds it already
        switch (type) {
            case "message.created":
                if (!room) return;
                room.head = data.number;
                if (by !== me && (data.mentions?.includes(me) || data.mentions?.includes("all"))) room.mentions += 1;
                room.last_message = { ...data, number: data.number, room: name, seq, by, at };
                return;
            case "message.updated":
            case "message.deleted":
                if (room?.last_message?.number === data.number) Object.assign(room?.last_message ?? {}, data, { seq });
                return;
            case "room.updated": return void (room && Object.assign(room, data));
            case "room.archived": return void (room && (room.archived = data.archived !== false));
            case "member.joined": return void (room && (room.members += 1));
            case "member.updated": return void (isMine && room && Object.assign(room, { role: data.role }));
            case "member.left":
                if (room) room.members -= 1;
                return void (isMine && name && this.rooms.delete(name));
            case "user.updated": {
                const person = this.users.get(data.user ?? by);
                if (person) Object.assign(person, data, { id: person.id });
            }
        }
    }

    /**
     * Whether an event brings the user into a room that is not known here.
     * @param {import("../types").Event} event
     */
    opens({ type, room, data }) {
        return type === "member.joined" && data.user === this.user?.id && !this.rooms.has(room ?? "");
    }
}
