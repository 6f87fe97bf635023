import assert from "node:assert/strict";
import { test } from "node:test";

import { Session } from "../src/session.js";
import { State } from "../src/state.js";

const joined = { seq: 11, type: "member.joined", room: "new", by: "u_bob", at: "", data: { user: "u_alice", name: "alice" } };

/** A tab that does not lead, and a server whose answers about rooms are given, one after the other. */
function follower(context, ...answers) {
    const state = new State();
    state.restore({ cursor: "e-10", user: { id: "u_alice" }, users: [], rooms: [] });
    context.mock.method(globalThis, "setTimeout", (work) => setImmediate(work));
    const asked = [];
    const json = async (path) => {
        asked.push(path);
        const answer = answers.shift();
        if (answer.code) throw answer;
        return answer;
    };
    return Object.assign(Object.create(Session.prototype), {
        state, asked, acknowledged: new Map(), tabs: { leads: false }, leader: "t_leader", http: { json }, emit() {},
    });
}

const settled = async () => {
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
};

async function roomsAfter(context, ...answers) {
    const tab = follower(context, ...answers);
    tab.batch({ from: 10, cursor: "e-11", events: [joined] });
    await settled();
    return [[...tab.state.rooms.keys()], tab.asked.length];
}

test("every tab asks for the room that one has come into, for one that reads by itself hears nothing of the leader's", async (context) => {
    assert.deepEqual(await roomsAfter(context, { room: "new", seq: 11, member: true }), [["new"], 1]);
});

test("what could not be asked is asked again, and what is refused is not", async (context) => {
    const lost = { code: "unreachable", retryable: true };
    assert.deepEqual(await roomsAfter(context, lost, lost, { room: "new", seq: 11, member: true }), [["new"], 3]);
    assert.deepEqual(await roomsAfter(context, { code: "no_such_room", retryable: false }), [[], 1]);
});

test("who has left the room again is not in it, though everybody may see its entry", async (context) => {
    assert.deepEqual(await roomsAfter(context, { room: "new", seq: 12, member: false }), [[], 1]);
});

test("an entry older than what is known here is asked for anew", async (context) => {
    const member = true;
    assert.deepEqual(await roomsAfter(context, { room: "new", seq: 9, member }, { room: "new", seq: 11, member }), [["new"], 2]);
});
