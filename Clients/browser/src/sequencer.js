import { word } from "./numbers.js";

const EVENTS_PER_ACK = 64;
const LONGEST_UNACKNOWLEDGED = 1_000;

/** @param {string} text `epoch-seq` */
export const cursorOf = (text) => ({ epoch: text.split("-")[0], seq: Number(text.split("-")[1]) });

/** One order out of all transports. Like the ladder; frames of probes never reach it, and signals go past it. */
export class Sequencer {
    /** @param {string} cursor */
    constructor(cursor) {
        // Attempts only grow; an old stream's late `hello` must not bring back the epoch before.
        this.epochFrom = 0;
        this.position = cursorOf(cursor);
        // How far each stream has been sent: an ack past that would be an error.
        this.sent = new Map();
        this.now = this.acknowledged = this.unacknowledged = 0;
        this.snapshot(cursor);
    }

    get cursor() {
        return `${this.position.epoch}-${this.position.seq}`;
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

    hello({ epoch, attempt }) {
        if (attempt < this.epochFrom) return;
        this.epochFrom = attempt;
        this.position.epoch = epoch;
    }

    carry({ attempt, acks }) {
        this.carrier = acks ? attempt : undefined;
        for (const older of this.sent.keys()) if (older < attempt) this.sent.delete(older);
        return this.due();
    }

    snapshot(cursor) {
        this.position = cursorOf(cursor);
        this.acknowledged = this.position.seq;
        this.unacknowledged = 0;
        this.sent.clear();
        this.stranded();
    }

    stranded() {
        this.carrier = this.since = undefined;
    }

    batch({ attempt, from, to, events = [], epoch }) {
        const { position, sent } = this;
        const places = [from, ...events.map(({ seq }) => seq)];
        const isSound = places.every((seq, index) => (index ? places[index - 1] < seq : true) && seq <= to);
        if (from > position.seq || !isSound) {
            // The ladder is about to close it.
            if (this.carrier === attempt) this.carrier = undefined;
            return [...this.due(), { gap: attempt }];
        }
        if (epoch !== undefined) this.hello({ epoch, attempt });
        const fresh = events.filter(({ seq }) => seq > position.seq);
        position.seq = Math.max(position.seq, to);
        sent.set(attempt, Math.max(sent.get(attempt) ?? 0, to));
        this.unacknowledged += fresh.length;
        const acks = this.due(!events.length && attempt === this.carrier);
        return fresh.length ? [{ apply: fresh }, ...acks] : acks;
    }

    due(isHeartbeat = false) {
        const { carrier: attempt, now, since = now } = this;
        const seq = Math.min(this.position.seq, this.sent.get(attempt) ?? -1);
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
