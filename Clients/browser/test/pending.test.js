import assert from "node:assert/strict";
import { test } from "node:test";

import { Chat } from "../src/chat.js";
import { State } from "../src/state.js";

/** A session without a page: it hears what a leading tab tells. */
function session() {
    const state = new State();
    state.restore({ cursor: "e-10", user: { id: "u_alice" }, users: [], rooms: [] });
    const told = [];
    return Object.assign(Object.create(Chat.prototype), {
        state, told, outbox: [], promised: new Map(), acknowledged: new Map(), unwanted: new Set(), tabs: { leads: true },
        emit: (type) => told.push(type),
    });
}

const command = (id) => ({ id, op: "message.post", room: "general", text: id });
const event = (seq, id) => ({ seq, id, type: "message.created", room: "general", by: "u_alice", at: "", data: {} });
const batch = (from, ...events) => ({ batch: { from, cursor: `e-${from + events.length}`, events, signals: [] } });
const states = ({ pending }) => pending.map(({ id, state }) => `${id} ${state}`);

test("a reply that comes before its event is acknowledged until the event is there", () => {
    const alice = session();
    alice.news({ outbox: [{ place: 1, command: command("a"), isSent: true }, { place: 2, command: command("b") }] });
    assert.deepEqual(states(alice), ["a sent", "b queued"]);
    alice.news({ acknowledged: { command: command("a"), ok: { seq: 11 } } });
    assert.deepEqual(states(alice), ["a acknowledged", "b queued"]);
    alice.news({ outbox: [{ place: 2, command: command("b"), isSent: true }] });
    assert.deepEqual(states(alice), ["a acknowledged", "b sent"]);
    alice.emit = (type) => type === "message" && assert.deepEqual(states(alice), ["b sent"]);
    alice.news(batch(10, event(11, "a")));
    assert.deepEqual(states(alice), ["b sent"]);
});

test("a reply that comes after its event leaves nothing behind", () => {
    const alice = session();
    alice.news({ outbox: [{ place: 1, command: command("a"), isSent: true }] });
    alice.news(batch(10, event(11, "a")));
    alice.news({ acknowledged: { command: command("a"), ok: { seq: 11 } } });
    alice.news({ outbox: [] });
    assert.deepEqual(states(alice), []);
});

test("a snapshot past its event takes it away as well", () => {
    const alice = session();
    alice.news({ outbox: [{ place: 1, command: command("a"), isSent: true }] });
    alice.news({ acknowledged: { command: command("a"), ok: { seq: 12 } } });
    alice.news({ outbox: [] });
    assert.deepEqual(states(alice), ["a acknowledged"]);
    alice.news({ snapshot: { cursor: "e-12", user: { id: "u_alice" }, users: [], rooms: [] } });
    assert.deepEqual(states(alice), []);
});

test("what was just said in this tab is there before the leader has heard of it, and a failure says why", async () => {
    const alice = session();
    const refused = new Promise((resolve, reject) => alice.promised.set("a", { command: command("a"), resolve, reject }));
    assert.deepEqual(states(alice), ["a queued"]);
    const failure = { code: "forbidden", detail: "no" };
    alice.news({ failed: { id: "a", ...failure } });
    alice.news({ outbox: [{ place: 1, command: command("a"), failure }] });
    await assert.rejects(refused, { code: "forbidden", message: "no" });
    const [{ state, error }] = alice.pending;
    assert.deepEqual([state, error], ["failed", failure]);
});

test("a room is read as far as the reply says, in every tab, for in large rooms no signal tells of it", () => {
    const alice = session();
    const general = { room: "general", head: 5, read: 2, mentions: 1 };
    alice.state.rooms.set("general", general);
    const reply = (read) => ({ acknowledged: { command: { id: `${read}`, op: "read", room: "general", number: 9 }, ok: { read } } });
    alice.news(reply(4));
    assert.deepEqual([general.read, general.mentions], [4, 1]);
    assert(alice.told.includes("rooms"));
    alice.news(reply(5));
    alice.news(reply(3));
    assert.deepEqual([general.read, general.mentions], [5, 0]);
    alice.news({ acknowledged: { command: { id: "c", op: "read", room: "unknown" }, ok: { read: 1 } } });
});

test("what is taken back before it is written down is not sent, and not kept either", async () => {
    const alice = session();
    const written = [];
    const wishes = [];
    alice.store = { put: async (id, entry) => void written.push([id, entry?.user]) };
    alice.wish = (wish) => wishes.push(wish);
    const promise = alice.promise(command("a"));
    alice.settle({ id: "a", code: "discarded" });
    await assert.rejects(promise, { code: "discarded" });
    await new Promise(setImmediate);
    assert.deepEqual(written, [["a", "u_alice"], ["a", undefined]]);
    assert.deepEqual(wishes, []);
    void alice.promise(command("b"));
    await new Promise(setImmediate);
    assert.deepEqual(wishes, [{ add: command("b") }]);
});

/** A tab that does not lead; what it says to the others is written down. */
function follower() {
    const alice = session();
    const said = [];
    alice.tabs = { leads: false, say: (letter) => said.push(letter) };
    const written = new Map();
    alice.store = { put: async (id, entry) => void (entry ? written.set(id, entry) : written.delete(id)) };
    alice.stored = async () => [[]];
    alice.catchUp = () => {};
    alice.leader = "t_leader";
    const promise = alice.promise(command("a"));
    let end = "none";
    promise.then(() => (end = "kept"), ({ code }) => (end = code));
    return { alice, said, written, end: () => new Promise(setImmediate).then(() => end) };
}

test("who takes something back is told so by the tab that leads, which alone knows whether it is too late", async () => {
    const late = follower();
    late.alice.discard("a");
    assert.deepEqual(late.said, [{ delete: "a" }]);
    assert.equal(await late.end(), "none");
    late.alice.news({ acknowledged: { command: command("a"), ok: { seq: 11 } } });
    assert.equal(await late.end(), "kept");
    assert.equal(late.alice.unwanted.size, 0);
    const early = follower();
    early.alice.discard("a");
    early.alice.news({ failed: { id: "a", code: "discarded" } });
    assert.equal(await early.end(), "discarded");
    assert.deepEqual([early.written.size, early.alice.pending], [0, []]);
});

test("a tab that comes to lead hears what is to be taken back", async () => {
    const { alice, said } = follower();
    alice.discard("a");
    said.length = 0;
    alice.hear({ sender: "t_other", leads: true, outbox: [] });
    assert.deepEqual(said, [{ add: command("a") }, { delete: "a" }]);
});

test("where no tab leads, what is taken back leaves the store at once", async () => {
    const { alice, written, end, said } = follower();
    alice.leader = undefined;
    alice.discard("a");
    assert.equal(await end(), "discarded");
    assert.equal(written.size, 0);
    said.length = 0;
    alice.hear({ sender: "t_other", leads: true, outbox: [] });
    assert.deepEqual(said, [{ delete: "a" }], "it may have read the store before");
});
