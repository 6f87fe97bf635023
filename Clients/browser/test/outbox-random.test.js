import assert from "node:assert/strict";
import { test } from "node:test";

import { Outbox } from "../src/outbox.js";
import { Seed } from "./seed.js";

test("whatever is lost, each command happens once, in its room's order, or is a failure", () => {
    const random = new Seed();
    for (let round = 0; round < 150; round += 1) new World(`APUS_SEED=${random.seed}, round ${round}`, random).run();
});

/** A network that loses requests and replies, a server that refuses, an application that is restarted. */
class World {
    constructor(place, random) {
        Object.assign(this, { place, random, now: 0, isCarried: false, isKind: false, connection: 0 });
        this.outbox = new Outbox([], () => random.draw());
        this.stored = new Map();
        this.arrivals = [];
        this.replies = [];
        this.rooms = new Map();
        this.happened = [];
        this.acknowledged = new Set();
        this.everFailed = new Set();
    }

    run() {
        for (let step = 0; step < 250; step += 1) this.step();
        this.isKind = true;
        this.connect();
        for (const { failure, command } of [...this.outbox.entries]) if (failure) this.handle({ retry: command.id });
        for (let turn = 0; turn < 2_000 && this.outbox.entries.length; turn += 1) {
            this.serve();
            this.reply();
            this.now = Math.max(this.now, this.outbox.deadline ?? this.now);
            this.handle("due");
        }
        const added = [...this.rooms.keys()];
        assert.equal(this.outbox.entries.length, 0, `${this.place}: some were never settled`);
        assert.deepEqual([...this.acknowledged].sort(), [...added].sort(), `${this.place}: not all were acknowledged`);
        assert.deepEqual([...this.happened].sort(), [...added].sort(), `${this.place}: not all happened once`);
        for (const room of ["a", "b", ""]) {
            const inRoom = (id) => this.rooms.get(id) === room && !this.everFailed.has(id);
            assert.deepEqual(this.happened.filter(inRoom), added.filter(inRoom), `${this.place}: the order of ${room}`);
        }
    }

    step() {
        const { random } = this;
        this.now += random.below(800);
        const turn = random.below(12);
        if (turn < 2) {
            const id = `c${this.rooms.size}`;
            const room = random.among(["a", "b", ""]);
            this.rooms.set(id, room);
            this.handle({ add: { id, op: "message.post", ...(room && { room }) } });
        } else if (turn < 5) this.serve();
        else if (turn < 8) this.reply();
        else if (turn === 8) {
            if (random.chance(0.3)) this.connect();
            if (random.chance(0.2)) {
                this.isCarried = false;
                this.handle("stranded");
            }
        } else if (turn === 9) {
            if (random.chance(0.1)) {
                this.outbox = new Outbox([...this.stored.values()], () => random.draw());
                this.isCarried = false;
            }
        } else if (turn === 10) {
            const failed = this.outbox.entries.find((entry) => entry.failure);
            if (failed && random.chance(0.5)) this.handle({ retry: failed.command.id });
        } else {
            this.now = Math.max(this.now, this.outbox.deadline ?? this.now);
            this.handle("due");
        }
    }

    connect() {
        this.connection += 1;
        this.isCarried = true;
        this.handle("carried");
    }

    /** The server takes the oldest of what has arrived, or that is lost. */
    serve() {
        const { random, isKind, happened } = this;
        const arrival = this.arrivals.shift();
        if (!arrival || (!isKind && random.chance(0.2))) return;
        let stopped = false;
        const refused = (id, code, retryable) => ({ refused: { id, code, retryable, detail: "" } });
        for (const id of arrival.ids) {
            let input;
            if (stopped) input = refused(id, "not_tried", true);
            else if (!isKind && !happened.includes(id) && random.chance(0.2)) {
                const [code, retryable] =
                    random.among([["rate_limited", true], ["internal_error", true], ["forbidden", false]]);
                stopped = retryable;
                // Those behind it go on, so it has lost its place, whether the client hears of it or not.
                if (!stopped) this.everFailed.add(id);
                input = refused(id, code, retryable);
            } else {
                if (!happened.includes(id)) happened.push(id);
                input = isKind || random.chance(0.9) ? { reply: { id, ok: {} } } : { event: id };
            }
            if (isKind || random.chance(0.9)) this.replies.push({ connection: arrival.connection, input });
        }
    }

    /** Replies come in order, and only to the connection that asked. */
    reply() {
        while (this.replies.length && this.random.chance(this.isKind ? 1 : 0.7)) {
            const { connection, input } = this.replies.shift();
            if (connection === this.connection && this.isCarried) this.handle(input);
        }
    }

    handle(input) {
        const { place } = this;
        const sending = new Set();
        for (const { keep, forget, send, acknowledged, failed, pass } of this.outbox.handle(input, this.now)) {
            if (keep) this.stored.set(keep.command.id, structuredClone(keep));
            if (forget) this.stored.delete(forget);
            if (acknowledged) {
                const id = acknowledged.id ?? acknowledged;
                assert(this.happened.includes(id), `${place}: ${id} is acknowledged and has not happened`);
                this.acknowledged.add(id);
            }
            if (failed) this.everFailed.add(failed.id);
            assert(!pass, `${place}: nothing passes by here`);
            if (!send) continue;
            this.arrivals.push({ connection: this.connection, ids: send });
            const rooms = new Set(send.map((id) => this.rooms.get(id)));
            assert(this.isCarried && rooms.size === 1 && send.length <= 100, `${place}: sent ${send}`);
            for (const room of rooms) assert(!sending.has(room), `${place}: two at once in ${room}`);
            for (const room of rooms) sending.add(room);
        }
        const kept = this.outbox.entries.map((entry) => entry.command.id).sort();
        assert.deepEqual(kept, [...this.stored.keys()].sort(), `${place}: stored is not what is kept`);
        const { deadline } = this.outbox;
        assert(deadline === undefined || deadline > this.now, `${place}: the deadline is over`);
        if (this.isCarried && this.outbox.waiting) {
            assert(deadline !== undefined, `${place}: something waits and nothing will wake it`);
        }
    }
}
