import { backOff, earliest, word } from "./numbers.js";

/** Milliseconds; bytes, well inside a frame's 128 KiB; commands. */
const ANSWER = 5_000;
const ARRAY_BYTES = 65_536;
const ARRAY = 100;

/** Commands of one room keep their order; those without a room keep it among themselves. */
const laneOf = ({ command }) => (typeof command.room === "string" ? command.room : "");

/** What the user has done and the server has not yet confirmed. Like the ladder, and docs/client.md gives the reasons. */
export class Outbox {
    /** @param {import("../types").Entry[]} [stored] what may have been sent is sent again under its id */
    constructor(stored = [], draw = Math.random) {
        this.entries = [...stored].sort((left, right) => left.place - right.place);
        this.draw = draw;
        this.flights = new Map();
        this.faults = new Map();
        this.isCarried = false;
        this.notBefore = undefined;
        this.now = this.refusals = 0;
        this.actions = [];
    }

    get waiting() {
        return this.entries.filter((entry) => !entry.failure).length;
    }

    get deadline() {
        if (!this.isCarried) return undefined;
        if (this.notBefore !== undefined) return this.waiting ? this.notBefore : undefined;
        return earliest(...[...this.flights.values()].map(({ answerDue }) => answerDue));
    }

    /**
     * @param {import("../types").OutboxInput} input @param {number} now
     * @returns {import("../types").OutboxAction[]}
     */
    handle(input, now) {
        this.now = now;
        const [name, content] = word(input);
        this[name]?.(content);
        if (this.notBefore <= now) this.notBefore = undefined;
        if (this.isCarried && this.notBefore === undefined) this.sendDue();
        return this.actions.splice(0);
    }

    find(id) {
        return this.entries.find(({ command }) => command.id === id);
    }

    isFlying(entry) {
        return !!this.flights.get(laneOf(entry))?.ids.includes(entry.command.id);
    }

    add(command) {
        const { id, op } = command;
        if (["typing", "presence", "ack"].includes(op)) this.actions.push({ pass: command });
        else if (!this.find(id)) this.keep({ command });
    }

    keep(entry) {
        const { length, [length - 1]: last } = this.entries;
        const kept = { ...entry, place: (last?.place ?? 0) + 1 };
        this.entries.push(kept);
        this.actions.push({ keep: kept });
    }

    drop(entry) {
        const { id } = entry.command;
        this.entries = this.entries.filter((other) => other !== entry);
        this.faults.delete(id);
        this.actions.push({ forget: id });
    }

    reply(reply) {
        this.refusals = 0;
        this.event(reply.id, reply);
    }

    event(id, acknowledged = id) {
        const entry = this.find(id);
        if (!entry) return;
        this.land(entry);
        this.actions.push({ acknowledged });
        this.drop(entry);
    }

    // Replies owed by the carrier before may never come.
    carried() {
        this.isCarried = true;
        this.flights.clear();
    }

    stranded() {
        this.isCarried = false;
        this.flights.clear();
    }

    refused(refusal) {
        const { id, code, retryable } = refusal;
        const entry = this.find(id);
        // A late answer says nothing. `not_tried` follows the refusal that brought the whole array back, so it is late.
        if (!entry || !this.isFlying(entry) || code === "not_tried") return;
        // The command is good, the credentials are not: it waits for the next carrier.
        if (code === "unauthorized") return this.stranded();
        // A command that the server stumbles over each time would hold the others up for ever.
        const faults = (this.faults.get(id) ?? 0) + (code === "internal_error" ? 1 : 0);
        this.faults.set(id, faults);
        const lane = laneOf(entry);
        if (faults > 4) this.flights.delete(lane);
        else if (retryable || code === "internal_error") return this.hold(lane, refusal.retry_after_ms);
        // What stands behind it goes on: one bad message must not silence a room.
        this.land(entry);
        entry.failure = { code, detail: refusal.detail ?? "" };
        this.actions.push({ keep: entry }, { failed: { id, code } });
    }

    // The whole array comes back, so that it goes out again in order.
    hold(lane, delay = Math.floor(backOff(this.refusals) * this.draw())) {
        this.flights.delete(lane);
        this.refusals += 1;
        this.notBefore = Math.max(this.notBefore ?? 0, this.now + delay);
    }

    // The user has seen what came after it, so it goes behind that.
    retry(id) {
        const entry = this.find(id);
        if (!entry?.failure) return;
        const { failure, ...rest } = entry;
        this.faults.delete(id);
        this.keep(rest);
        this.entries = this.entries.filter((other) => other !== entry);
    }

    delete(id) {
        const entry = this.find(id);
        if (entry && !this.isFlying(entry)) this.drop(entry);
    }

    land(entry) {
        const flight = this.flights.get(laneOf(entry));
        if (!flight) return;
        flight.ids = flight.ids.filter((id) => id !== entry.command.id);
        if (!flight.ids.length) this.flights.delete(laneOf(entry));
    }

    sendDue() {
        const lanes = [...new Set(this.entries.map(laneOf))];
        for (const lane of lanes) {
            const { ids, answerDue, tries } = this.flights.get(lane) ?? {};
            if (answerDue <= this.now) this.send(ids, lane, tries + 1);
        }
        for (const lane of lanes) if (!this.flights.has(lane)) this.send(this.fitting(lane), lane, 0);
    }

    fitting(lane) {
        const ids = [];
        let bytes = 0;
        for (const entry of this.entries) {
            if (entry.failure || laneOf(entry) !== lane) continue;
            bytes += new TextEncoder().encode(JSON.stringify(entry.command)).length;
            if (ids.length && (bytes > ARRAY_BYTES || ids.length >= ARRAY)) break;
            ids.push(entry.command.id);
        }
        return ids;
    }

    send(ids, lane, tries) {
        if (!ids.length) return;
        this.flights.set(lane, { ids, tries, answerDue: this.now + ANSWER * 2 ** Math.min(tries, 2) });
        this.actions.push({ send: ids });
    }
}
