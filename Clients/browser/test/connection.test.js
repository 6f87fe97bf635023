import assert from "node:assert/strict";
import { test } from "node:test";

import { Connection } from "../src/connection.js";

globalThis.navigator ??= /** @type {any} */ ({});

/** A connection without sockets: what it tells the tabs is written down. */
function connection(context, entries = []) {
    const told = [];
    const session = {
        told, tab: "t1", state: { cursor: "e-1", user: { id: "u_alice" } }, tell: (news) => told.push(news),
        store: { put: async () => {}, all: async () => undefined }, tabs: { leads: true },
    };
    const one = Object.assign(new Connection(session, entries), { told });
    context.after(() => one.end());
    return one;
}

const command = (id) => ({ id, op: "message.post", room: "general", text: id });
const names = ({ told }) => told.map((news) => Object.keys(news)[0]);

test("that a command is refused is told when it is seen as failed, and not before", (context) => {
    const one = connection(context);
    one.put("carried");
    one.put({ add: command("a") });
    one.put({ refused: { id: "a", code: "forbidden", detail: "no", retryable: false } });
    const failed = names(one).indexOf("failed");
    assert.deepEqual(one.told[failed], { failed: { id: "a", code: "forbidden", detail: "no" } });
    const [{ failure }] = one.told.slice(0, failed).reverse().find(({ outbox }) => outbox)?.outbox ?? [{}];
    assert.equal(failure?.code, "forbidden");
});

test("what is taken back is told when it is out of the outbox, and not while it is on its way", (context) => {
    const one = connection(context);
    one.put("carried");
    one.put({ add: command("flying") });
    one.put({ add: command("waiting") });
    one.told.length = 0;
    for (const id of ["flying", "waiting", "unknown"]) one.put({ delete: id });
    assert.deepEqual(one.told, [{ discarded: "waiting" }, { discarded: "unknown" }]);
});
