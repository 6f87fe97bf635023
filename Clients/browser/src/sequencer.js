import { word } from "./numbers.js";

const EVENTS_PER_ACK = 64;
const LONGEST_UNACKNOWLEDGED = 1_000;

/** A cursor is `epoch-seq`. @param {string} cursor */
export const epochOf = (cursor) => cursor.split("-")[0];
/** @param {string} cursor */
export const seqOf = (cursor) => Number(cursor.split("-")[1]);

/** One order out of all transports. Like the ladder; frames of probes never reach it, and signals go past it. */
export class Sequencer {
    /** @param {string} cursor */
    constructor(cursor) {
        // Epochs that another one has followed: what is late must not bring them back, for an epoch with a position past
        // its end is no cursor. An older attempt may bring a newer one, for a poll goes on over restarts of the server.
        this.past = new Set();
        this.epoch = "";
        // How far each stream has been sent: an ack past that would be an error.
        this.sent = new Map();
        this.seq = this.now = this.acknowledged = this.unacknowledged = 0;
        this.snapshot(cursor);
    }

    get cursor() {
        return `${this.epoch}-${this.seq}`;
    }

    get deadline() {
        return this.since === undefined ? undefined : this.since + LONGEST_UNACKNOWLEDGED;
    }

    /**
     * @param {import("../types").SequencerInput} input @param {number} now
     * @returns {import("../types").SequencerAction[]}
     */
    handle(input, now) {
        this.now = now;
        const [name, content] = word(input);
        return this[name](content) ?? [];
    }

    hello({ epoch }) {
        if (epoch === this.epoch || this.past.has(epoch)) return;
        this.past.add(this.epoch);
        this.epoch = epoch;
    }

    carry({ attempt, acks }) {
        this.carrier = acks ? attempt : undefined;
        for (const older of this.sent.keys()) if (older < attempt) this.sent.delete(older);
        return this.due();
    }

    snapshot(cursor) {
        this.past.clear();
        this.epoch = epochOf(cursor);
        this.seq = this.acknowledged = seqOf(cursor);
        this.unacknowledged = 0;
        this.sent.clear();
        this.stranded();
    }

    stranded() {
        this.carrier = this.since = undefined;
    }

    batch({ attempt, from, to, events = [], epoch }) {
        const { seq: before, sent } = this;
        let last = from;
        const isSound = from <= to && events.every(({ seq }) => last < (last = seq) && seq <= to);
        if (from > before || !isSound) {
            // The ladder is about to close it.
            if (this.carrier === attempt) this.carrier = undefined;
            return [...this.due(), { gap: attempt }];
        }
        if (epoch !== undefined) this.hello({ epoch });
        const fresh = events.filter(({ seq }) => seq > before);
        this.seq = Math.max(before, to);
        sent.set(attempt, Math.max(sent.get(attempt) ?? 0, to));
        this.unacknowledged += fresh.length;
        const acks = this.due(!events.length && attempt === this.carrier);
        return fresh.length ? [{ apply: fresh }, ...acks] : acks;
    }

    due(isHeartbeat = false) {
        const { carrier: attempt, now, since = now } = this;
        const seq = Math.min(this.seq, this.sent.get(attempt) ?? -1);
        this.since = undefined;
        if (seq < 0 || (!isHeartbeat && seq <= this.acknowledged)) return [];
        if (!isHeartbeat && this.unacknowledged < EVENTS_PER_ACK && now - since < LONGEST_UNACKNOWLEDGED) {
            this.since = since;
            return [];
        }
        this.acknowledged = Math.max(this.acknowledged, seq);
        this.unacknowledged = 0;
        return [{ ack: { attempt, seq } }];
    }
}
