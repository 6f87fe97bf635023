import assert from "node:assert/strict";
import { test } from "node:test";

import { Connection } from "../src/connection.js";
import { Session } from "../src/session.js";
import { openers } from "../src/transports.js";

Object.defineProperty(globalThis, "navigator", { value: { locks: {} }, configurable: true });

/** A connection without sockets: what it tells the tabs is written down. */
function connection(context, entries = []) {
    const told = [];
    const session = {
        told, tab: "t1", state: { cursor: "e-1", user: { id: "u_alice" } }, tell: (news) => told.push(news),
        store: { put: async () => {}, all: async () => undefined }, tabs: { leads: true, done: [], leave: () => session.tabs.done.push("leave"), join: () => session.tabs.done.push("join") },
    };
    const one = Object.assign(new Connection(session, entries), { told });
    context.after(() => one.end());
    return Object.assign(one, { session });
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
    assert.deepEqual(one.told, ["waiting", "unknown"].map((id) => ({ failed: { id, code: "discarded" } })));
});

test("of an attempt that has ended nothing is kept, and nothing runs on", async (context) => {
    const one = connection(context);
    const opened = [], closed = [];
    for (const name of Object.keys(openers)) {
        context.mock.method(openers, name, () => {
            opened.push(name);
            return { open: async () => { throw new SyntaxError("spoiled"); }, close: () => closed.push(name) };
        });
    }
    one.climb("start");
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    assert(opened.length >= 3, `it tried ${opened}`);
    assert.deepEqual([one.links.size, closed], [0, opened]);
});

test("what the store has answered is not kept", async (context) => {
    const one = connection(context);
    for (const id of ["a", "b", "c"]) one.put({ add: command(id) });
    assert.equal(await one.written, undefined);
});

test("a tab that finds another's lease asks for the lock again, and sends nothing", async (context) => {
    const one = connection(context);
    let lease = "t1";
    one.session.store.all = async () => new Map([["lease", lease], ["a", {}], ["b", {}]]);
    const sent = [];
    one.transmit = (commands) => sent.push(...commands.map(({ id }) => id));
    one.put("carried");
    one.put({ add: command("a") });
    await new Promise(setImmediate);
    assert.deepEqual([sent, one.session.tabs.done], [["a"], []]);
    lease = "t2";
    one.put({ reply: { id: "a", ok: {} } });
    one.put({ add: command("b") });
    await new Promise(setImmediate);
    assert.deepEqual([sent, one.session.tabs.done], [["a"], ["leave", "join"]]);
});

test("a tab from which the lead was taken while its database was opened does not claim it", async (context) => {
    const written = [];
    for (const leads of [true, false]) {
        const store = { database: undefined, put: async (key) => written.push([key, leads]), all: async () => undefined };
        const session = Object.assign(Object.create(Session.prototype), {
            tab: "t1", state: {}, outbox: [], promised: new Map(), store, tabs: { leads },
        });
        const made = await session.connect();
        context.after(() => made.end());
    }
    assert.deepEqual(written, [["lease", true]]);
});
