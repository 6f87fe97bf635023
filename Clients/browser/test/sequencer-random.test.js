import assert from "node:assert/strict";
import { test } from "node:test";

import { Sequencer } from "../src/sequencer.js";
import { Seed } from "./seed.js";

test("whatever streams bring and lose, each event is applied once and in order", () => {
    const random = new Seed();
    for (let round = 0; round < 200; round += 1) disorder(random, `APUS_SEED=${random.seed}, round ${round}`);
});

/** Streams that start anywhere, lag, lose batches and overlap. */
function disorder(random, place) {
    const log = Array.from({ length: 400 }, (_, index) => index + 1).filter(() => random.chance(0.7));
    const sequencer = new Sequencer("e1-0");
    const streams = new Map();
    const applied = [];
    let now = 0;
    let number = 0;
    let carrier;
    while (sequencer.seq < 400) {
        now += random.below(400);
        if (!streams.size || random.chance(0.1)) {
            const back = random.below(3) * random.below(20);
            streams.set((number += 1), { position: Math.max(0, sequencer.seq - back), sent: -1 });
        }
        const attempt = random.among([...streams.keys()]);
        const stream = streams.get(attempt);
        let input = "due";
        if (random.chance(0.1)) {
            input = { carry: { attempt, acks: true } };
            carrier = attempt;
        } else if (random.chance(0.9)) {
            const from = stream.position;
            const to = (stream.position = Math.min(400, from + random.below(30)));
            if (random.chance(0.05)) continue; // this batch is lost
            const events = log.filter((seq) => from < seq && seq <= to).map((seq) => ({ seq }));
            input = { batch: { attempt, from, to, events } };
            stream.sent = to;
        }
        const before = sequencer.seq;
        for (const action of sequencer.handle(input, now)) {
            if (action.apply) applied.push(...action.apply.map((event) => event.seq));
            else if (action.gap) {
                streams.delete(action.gap);
                if (carrier === action.gap) carrier = undefined;
            } else {
                const { seq } = action.ack;
                assert.equal(action.ack.attempt, carrier, place);
                assert(seq <= (streams.get(carrier)?.sent ?? -1), `${place}: acked ${seq}, past what was sent`);
                assert(seq <= sequencer.seq, `${place}: acked what is not applied`);
            }
        }
        assert(sequencer.seq >= before, `${place}: the cursor went back`);
        const { deadline = now + 1 } = sequencer;
        assert(deadline > now && deadline <= now + 1_000, `${place}: the deadline`);
    }
    assert.deepEqual(applied, log, `${place}: what was applied is not the log`);
}
