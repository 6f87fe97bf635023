import assert from "node:assert/strict";
import { test } from "node:test";

import { State } from "../src/state.js";

const room = (name, more) => ({
    room: name, kind: "public", name, topic: "", role: "member", seq: 10, head: 4, read: 2, mentions: 0, members: 2,
    last_message: { number: 4, text: "four", seq: 9 }, ...more,
});
const alice = { id: "u_alice", name: "alice", display_name: "Alice" };
const bob = { id: "u_bob", name: "bob", display_name: "Bob" };
const event = (seq, type, data, more) => ({ seq, type, room: "general", by: "u_bob", at: "2026-01-01", data, ...more });
const batch = (from, to, events, more) => ({ from, cursor: `e-${to}`, events, signals: [], ...more });

function restored() {
    const state = new State();
    state.restore({
        cursor: "e-10", user: alice, users: [alice, bob], rooms: [room("general"), room("old", { seq: 13 })],
        signals: [{ type: "typing", room: "general", user: "u_bob", value: true, v: 3 }], signals_to: "t1",
    });
    return state;
}

test("before a snapshot and after a gap it applies nothing", () => {
    assert.equal(new State().apply(batch(0, 1, [])), undefined);
    const state = restored();
    assert.equal(state.apply(batch(11, 12, [event(12, "message.created", { number: 5 })])), undefined);
    assert.equal(state.cursor, "e-10");
    assert.equal(state.rooms.get("general").head, 4);
});

test("an event counts once, however often it comes", () => {
    const state = restored();
    const said = event(11, "message.created", { number: 5, text: "@alice", mentions: ["u_alice"] });
    assert.deepEqual(state.apply(batch(10, 11, [said])).events, [said]);
    assert.deepEqual(state.apply(batch(9, 11, [said])).events, []);
    const { head, mentions, last_message: last } = state.rooms.get("general");
    assert.deepEqual([head, mentions, last.text, last.by], [5, 1, "@alice", "u_bob"]);
    assert.equal(state.cursor, "e-11");
});

test("what an entry held when it was asked for is not applied to it again", () => {
    const state = restored();
    state.apply(batch(10, 12, [event(12, "member.joined", { user: "u_eve", name: "eve" }, { room: "old" })]));
    assert.equal(state.rooms.get("old").members, 2);
    assert.equal(state.users.get("u_eve").name, "eve");
    state.apply(batch(12, 14, [event(14, "member.left", { user: "u_eve" }, { room: "old" })]));
    assert.equal(state.rooms.get("old").members, 1);
});

test("edits and deletions reach the last message, and no other", () => {
    const state = restored();
    state.apply(batch(10, 12, [
        event(11, "message.updated", { number: 4, text: "yes" }), event(12, "message.updated", { number: 3, text: "no" }),
    ]));
    assert.equal(state.rooms.get("general").last_message.text, "yes");
});

test("rooms are renamed, archived and left, roles are changed, and coming into one is noticed", () => {
    const state = restored();
    const joined = event(14, "member.joined", { user: "u_alice", name: "alice" }, { room: "new" });
    assert.equal(state.opens(joined), true);
    assert.equal(state.opens({ ...joined, room: "old" }), false);
    assert.equal(state.opens({ ...joined, data: { user: "u_bob" } }), false);
    state.apply(batch(10, 17, [
        event(14, "room.updated", { name: "All", topic: "everything" }), event(15, "room.archived", {}),
        event(16, "member.updated", { user: "u_alice", role: "admin" }),
        event(17, "member.left", { user: "u_alice" }, { room: "old" }),
    ]));
    const { name, topic, archived, role } = state.rooms.get("general");
    assert.deepEqual([name, topic, archived, role], ["All", "everything", true, "admin"]);
    assert.deepEqual([...state.rooms.keys()], ["general"]);
});

test("a room's own notification level follows one's settings, and other settings change no room", () => {
    const state = restored();
    const settings = (seq, data) => event(seq, "settings.updated", data, { room: undefined, by: "u_alice" });
    state.apply(batch(10, 12, [
        settings(11, { room: "general", notifications: "none" }), settings(12, { name: "theme", value: { room: "old" } }),
    ]));
    assert.equal(state.rooms.get("general").notifications, "none");
    assert.equal(state.rooms.get("old").notifications, undefined);
});

test("of signals the greater version holds, and all of them replace all of them", () => {
    const state = restored();
    const typing = (v, value) => ({ type: "typing", room: "general", user: "u_bob", value, v });
    assert.deepEqual(state.apply(batch(10, 10, [], { signals: [typing(2, false)] })).signals, []);
    assert.equal([...state.signals.values()][0].value, true);
    assert.equal(state.apply(batch(10, 10, [], { signals: [typing(4, false)], signals_to: "t2" })).signals.length, 1);
    assert.equal([...state.signals.values()][0].value, false);
    const read = { type: "receipt", room: "general", user: "u_alice", value: { delivered: 4, read: 4 }, v: 1 };
    state.apply(batch(10, 10, [], { signals: [read], signals_full: true }));
    assert.deepEqual([...state.signals.values()], [read]);
    assert.equal(state.rooms.get("general").read, 4);
    assert.equal(state.signalsTo, "t2");
});

test("webhooks in a room are counted as they come and go, for nobody waits until they have read", () => {
    const state = restored();
    state.rooms.get("general").hooks = 1;
    const count = () => [state.rooms.get("general").members, state.rooms.get("general").hooks];
    state.apply(batch(10, 11, [event(11, "member.joined", { user: "u_ci", name: "ci", display_name: "CI", kind: "hook" })]));
    assert.deepEqual(count(), [3, 2]);
    state.apply(batch(11, 12, [event(12, "member.joined", { user: "u_helper", name: "helper", kind: "bot" })]));
    assert.deepEqual(count(), [4, 2]);
    assert.equal(state.users.get("u_ci").kind, "hook");
    state.apply(batch(12, 14, [
        event(13, "user.updated", { user: "u_ci", name: "ci", display_name: "The CI", role: "bot" }, { room: undefined }),
        event(14, "member.left", { user: "u_ci" }),
    ]));
    assert.deepEqual(count(), [3, 1]);
    state.apply(batch(14, 15, [event(15, "member.left", { user: "u_helper" })]));
    assert.deepEqual(count(), [2, 1]);
});

test("who leaves a room types there no more, and is waited for by nobody", () => {
    const state = restored();
    const of = (type, user, room = "general") => ({ type, room, user, value: { delivered: 1, read: 1 }, v: 5 });
    const stays = [of("typing", "u_eve"), of("receipt", "u_bob", "old"), of("presence", "u_bob", undefined)];
    state.apply(batch(10, 10, [], { signals_full: true, signals: [of("typing", "u_bob"), of("receipt", "u_bob"), ...stays] }));
    state.apply(batch(10, 11, [event(11, "member.left", { user: "u_bob" })]));
    assert.deepEqual([...state.signals.values()], stays);
});

test("a room that passes the size for single receipts has one kind or the other", () => {
    const state = restored();
    const signals = (...list) => state.apply(batch(10, 10, [], { signals: list }));
    const types = () => [...state.signals.values()].map(({ type, room, user }) => [type, room, user]);
    const one = (user, v, room = "general") => ({ type: "receipt", room, user, value: { delivered: 1, read: 1 }, v });
    const all = (v) => ({ type: "receipts", room: "general", value: { delivered_by_all: 1, read_by_all: 1 }, v });
    state.signals.clear();
    signals(one("u_bob", 1), one("u_eve", 1), one("u_bob", 1, "old"));
    signals(all(2));
    assert.deepEqual(types(), [["receipt", "old", "u_bob"], ["receipts", "general", undefined]]);
    signals(one("u_bob", 3));
    assert.deepEqual(types(), [["receipt", "old", "u_bob"], ["receipt", "general", "u_bob"]]);
});

test("of a last message that is deleted no text is left", () => {
    const state = restored();
    state.apply(batch(10, 11, [event(11, "message.deleted", { number: 4 })]));
    const { text, number } = state.rooms.get("general").last_message;
    assert.deepEqual([text, number], [undefined, 4]);
});
