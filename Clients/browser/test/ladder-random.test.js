import assert from "node:assert/strict";
import { test } from "node:test";

import { Ladder } from "../src/ladder.js";
import { TRANSPORTS } from "../src/numbers.js";
import { LadderWatch } from "./ladder-watch.js";
import { Seed } from "./seed.js";

test("whatever happens, one carries at most, nothing is said of what is over, and it comes back", () => {
    const random = new Seed();
    for (let round = 0; round < 60; round += 1) {
        const world = new World(`APUS_SEED=${random.seed}, round ${round}`, random);
        world.chaos(150);
        world.order();
    }
});

/** A ladder, the shell around it as it should be, and a network of which only some transports work. */
class World {
    constructor(place, random) {
        this.random = random;
        this.now = 1_000;
        const memory = { worked: {}, failed: {} };
        for (const transport of TRANSPORTS) {
            if (random.chance(0.3)) memory.failed[transport] = random.below(1_000_000);
            if (random.chance(0.3)) memory.worked[transport] = random.below(1_000_000);
        }
        const draw = () => random.draw();
        this.ladder = new Ladder({ memory, hasCursor: random.chance(0.5), now: this.now, wall: 1_000_000, draw });
        this.watch = new LadderWatch(place);
        this.answers = [];
        this.works = new Set();
        this.hasOrder = false;
    }

    chaos(steps) {
        this.handle("start");
        for (let step = 0; step < steps; step += 1) {
            const deadline = this.ladder.deadline ?? this.now + 1_000;
            if (this.random.chance(0.3)) {
                this.now = Math.max(this.now, deadline + (this.random.chance(0.1) ? this.random.below(4_000_000) : 0));
            } else this.now += this.random.below(this.random.chance(0.8) ? 300 : 12_000);
            this.handle(this.anything());
        }
    }

    /** Bounds: no wait the server asked for in the chaos is longer than a minute, no avoidance than half an hour. */
    order() {
        this.hasOrder = true;
        this.works = new Set(["short_poll", ...TRANSPORTS.slice(0, 3).filter(() => this.random.chance(0.5))]);
        for (const input of ["visible", "start", "credentials_renewed", "online"]) this.handle(input);
        for (const attempt of [...this.watch.open.keys()]) this.handle({ ended: { attempt, end: "lost" } });
        const start = this.now;
        this.run(start + 150_000);
        assert(this.watch.carrier, `${this.watch.place}: nothing carries 150 s after all came to order`);
        this.run(start + 4_000_000);
        const best = TRANSPORTS.find((transport) => this.works.has(transport));
        assert.deepEqual(this.ladder.status, { live: best }, this.watch.place);
    }

    run(end) {
        for (;;) {
            this.answers.sort((left, right) => left.at - right.at);
            const deadline = this.ladder.deadline ?? Infinity;
            const next = Math.min(deadline, this.answers[0]?.at ?? Infinity);
            if (next > end) break;
            this.now = Math.max(this.now, next);
            this.handle(next === deadline ? "due" : this.answers.shift().input);
        }
        this.now = end;
    }

    handle(input) {
        const actions = this.ladder.handle(input, this.now);
        this.watch.check(input, actions, this.ladder, this.now);
        if (this.hasOrder) for (const action of actions) this.answer(action);
    }

    /** The network and the server, in order: each attempt is answered after a round trip, or fails as it can. */
    answer(action) {
        const trip = 20 + this.random.below(150);
        const later = (after, input) => this.answers.push({ at: this.now + after, input });
        if (action === "snapshot") later(trip, "snapshot_taken");
        else if (action.open) {
            const { attempt, transport } = action.open;
            if (transport.endsWith("poll")) later(trip, { polled: { attempt, empty: true } });
            else if (this.works.has(transport)) {
                later(trip, { opened: { attempt } });
                later(trip + 1, { hello: { attempt } });
                const heartbeats = Array.from({ length: 300 }, (_, index) => (index + 1) * 20_000);
                for (const tick of [500, 1_000, ...heartbeats]) later(trip + tick, { tick: { attempt } });
            } else if (this.random.chance(0.5)) later(trip, { ended: { attempt, end: "lost" } });
        } else if (action.poll) {
            const { attempt, wait } = action.poll;
            this.answers = this.answers.filter((answer) => !answer.input.polled);
            if (wait === 0 || this.works.has("long_poll")) later(trip + wait * 1_000, { polled: { attempt, empty: true } });
            else if (this.random.chance(0.5)) later(8_000, { ended: { attempt, end: "lost" } });
        } else if (action.probe) {
            const attempt = action.probe;
            if (this.works.has(this.watch.open.get(attempt))) later(trip, { echoed: { attempt } });
        } else if (action.resume) later(trip, { hello: { attempt: action.resume } });
        else if (action.close) {
            this.answers = this.answers.filter(({ input }) => Object.values(input)[0].attempt !== action.close);
        }
    }

    anything() {
        const { random } = this;
        const attempt = Math.max(1, this.watch.last - random.below(5));
        const status = () => {
            const code = random.among([401, 403, 410, 429, 502, 503]);
            return { status: random.chance(0.5) ? { code, retry_after_ms: random.below(60_000) } : code };
        };
        const closes = [1001, 1002, 4401, 4408, 4409, 4410, 4429, 4503, 4999];
        const polled = () => ({
            attempt, empty: random.chance(0.5), more: random.chance(0.2),
            retry_ms: random.chance(0.1) ? random.below(60_000) : undefined,
        });
        const bye = () => ({
            attempt, code: random.among(["draining", "going_away", "replaced", "moved"]),
            reconnect: random.chance(0.8), spread_ms: random.below(30_000),
        });
        return random.among([
            () => ({ opened: { attempt } }), () => ({ opened: { attempt } }), () => ({ hello: { attempt } }),
            () => ({ hello: { attempt } }), () => ({ echoed: { attempt } }), () => ({ echoed: { attempt } }),
            () => ({ tick: { attempt } }), () => ({ batch: { attempt } }), () => ({ polled: polled() }),
            () => ({ polled: polled() }), () => ({ polled: polled() }), () => ({ heard: { attempt } }),
            () => ({ ended: { attempt, end: "lost" } }), () => ({ ended: { attempt, end: "lost" } }),
            () => ({ ended: { attempt, end: { close: random.among(closes) } } }),
            () => ({ ended: { attempt, end: status() } }), () => ({ bye: bye() }),
            () => ({ reset: { attempt, spread_ms: random.below(10_000) } }), () => ({ gap: { attempt } }),
            () => (random.chance(0.7) ? "snapshot_taken" : { snapshot_failed: "lost" }),
            () => random.among(["offline", "online"]),
            () => random.among(["hidden", "visible", "woke", "network_changed"]),
            () => random.among(["start", "credentials_renewed", "start", "credentials_renewed", "stop"]),
            () => "due", () => "due",
        ])();
    }
}
