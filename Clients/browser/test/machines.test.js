import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Ladder } from "../src/ladder.js";
import { Outbox } from "../src/outbox.js";
import { sentence } from "../sentence.js";
import { Sequencer } from "../src/sequencer.js";
import { word } from "../src/numbers.js";
import { verdictOf } from "../src/ends.js";
import { PROTOCOL, runScenarios } from "./scenarios.js";

const LADDER = (
    "start stop credentials_renewed snapshot_taken offline online network_changed visible hidden woke " +
    "due opened hello echoed heard gap tick batch polled bye reset ended snapshot_failed"
).split(" ");

runScenarios("ladder", LADDER, ({ cursor = true, memory, wall = 1_000_000_000_000 }, draw) => {
    const ladder = new Ladder({ memory, hasCursor: cursor, now: 0, wall, draw });
    return {
        handle(input, now) {
            const before = ladder.status;
            const actions = ladder.handle(input, now);
            const told = actions.filter((action) => action.status).map((action) => action.status);
            assert.deepEqual(ladder.status, told[told.length - 1] ?? before, "the status changed untold");
            return actions;
        },
        deadline: () => ladder.deadline,
        says(waiting, now) {
            const [state, content] = word(ladder.status);
            return sentence({ state, waiting, [state === "closed" ? "reason" : "nextTry"]: content }, now);
        },
    };
});

/** Events are given by their numbers; `[first, "…", last]` is a run of them. */
function events(list) {
    const [first, dots, last] = list;
    const numbers = dots === "…" ? Array.from({ length: last - first + 1 }, (_, index) => first + index) : list;
    return numbers.map((seq) => ({ seq, type: "message.created", by: "u_1", at: "", data: {} }));
}

runScenarios("sequencer", "hello batch carry snapshot stranded due".split(" "), ({ cursor }) => {
    const sequencer = new Sequencer(cursor);
    return {
        handle(input, now) {
            const before = sequencer.cursor;
            const batch = input.batch && { ...input.batch, events: events(input.batch.events ?? []) };
            const out = sequencer.handle(batch ? { batch } : input, now).map((action) =>
                "apply" in action ? { apply: action.apply.map((event) => event.seq) } : action);
            return sequencer.cursor === before ? out : [...out, { cursor: sequencer.cursor }];
        },
        deadline: () => sequencer.deadline,
    };
});

runScenarios("outbox", "add reply refused event retry delete carried stranded due".split(" "), ({ stored }, draw) => {
    const outbox = new Outbox(structuredClone(stored ?? []), draw);
    return {
        handle(input, now) {
            const { add } = input;
            const letters = add?.text?.letters;
            const read = letters ? { add: { ...add, text: "x".repeat(letters) } } : input;
            return outbox.handle(read, now).map((action) => {
                const text = action.keep?.command.text;
                if (!text || text.length <= 100) return structuredClone(action);
                return { keep: { ...action.keep, command: { ...action.keep.command, text: { letters: text.length } } } };
            });
        },
        deadline: () => outbox.deadline,
    };
});

test("the close codes are those of error-codes.json", () => {
    const { closes } = JSON.parse(readFileSync(new URL("error-codes.json", PROTOCOL), "utf8"));
    assert(closes.length > 10);
    for (const { code, name, reconnect, counts_against_transport: counts } of closes) {
        const plain = reconnect ? (counts ? "failure" : "later") : counts ? "distrust" : "final";
        const what = { unauthorized: "credentials", reset: "reset" }[name] ?? plain;
        assert.deepEqual(verdictOf({ close: code }), { what, reason: what === "final" ? name : undefined }, name);
    }
});
