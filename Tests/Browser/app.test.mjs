import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.navigator ??= /** @type {any} */ ({ language: "en" });
globalThis.document ??= /** @type {any} */ ({ hidden: false });

const { App } = await import("../../Web/app.js");
const { Reader } = await import("../../Web/reader.js");

const nothing = { render() {} };

/** The page's frame without a page: what it would open is written down. */
function app(rooms) {
    const followed = [];
    return Object.assign(Object.create(App.prototype), {
        followed, room: "general", chat: { rooms, user: { id: "u_alice" } }, rail: nothing, head: nothing,
        connection: nothing, conversation: { room: rooms[0], render() {} }, frame: { classList: { toggle() {} } },
        follow: () => followed.push("follow"),
    });
}

test("who is removed from the room that is open is led out of it, once", () => {
    globalThis.document.querySelector = () => null;
    const page = app([{ room: "general", name: "General", head: 1, read: 1 }]);
    page.people = { roomName: ({ name }) => name };
    page.render();
    assert.deepEqual(page.followed, []);
    page.chat.rooms = [];
    page.render();
    assert.deepEqual(page.followed, ["follow"]);
    page.conversation.room = undefined;
    page.render();
    assert.deepEqual(page.followed, ["follow"]);
});

test("that something is read is told once, also where it is refused", async (context) => {
    const due = [];
    context.mock.method(globalThis, "setTimeout", (work) => due.push(work));
    const told = [];
    const conversation = {
        room: { room: "general", read: 1 }, scroller: { lowestSeen: 3 },
        chat: { read: (room, number) => (told.push(number), Promise.reject(new Error("no_such_room"))) },
    };
    const read = conversation.chat.read;
    // As the SDK's: who does not listen for the refusal is not bothered by it.
    conversation.chat.read = (...what) => {
        const promise = read(...what);
        promise.catch(() => {});
        return promise;
    };
    const reader = new Reader(conversation);
    for (let turn = 0; turn < 5; turn += 1) {
        reader.mark();
        for (const work of due.splice(0)) work();
        await new Promise(setImmediate);
    }
    assert.deepEqual(told, [3]);
    conversation.scroller.lowestSeen = 4;
    reader.mark();
    for (const work of due.splice(0)) work();
    assert.deepEqual(told, [3, 4]);
});

test("what is refused is given up by every page, and told where it was given", (context) => {
    context.mock.method(globalThis, "setTimeout", () => 0);
    const discarded = [];
    const pending = [["1700000000000-a", "reaction.add"], ["1700000000000-b", "read"], ["1700000000000-c", "message.post"]]
        .map(([id, op]) => ({ id, op }));
    const toasts = [];
    globalThis.document.querySelectorAll = () => [];
    globalThis.document.body = { querySelector: () => ({ append: (note) => toasts.push(note) }) };
    globalThis.document.createElement = () => ({ replaceChildren() {}, setAttribute() {}, remove() {} });
    const page = (openedAt) => Object.assign(Object.create(App.prototype), {
        openedAt, chat: { pending, discard: (id) => discarded.push(id) },
    });
    for (const { id } of pending) page(0).failed({ id, code: "forbidden", detail: "" });
    assert.deepEqual(discarded.map((id) => id.slice(-1)), ["a", "b"]);
    assert.equal(toasts.length, 0, "another page has told it");
    for (const { id } of pending) page(Date.now()).failed({ id, code: "forbidden", detail: "" });
    assert.equal(toasts.length, 1, "nobody else is left to tell it");
});

test("of several messages at once each is there for who listens, and not all of them for ever", async () => {
    const { Conversation } = await import("../../Web/conversation.js");
    globalThis.document.createElement = () => ({ replaceChildren(...nodes) { this.text = nodes.join(""); }, setAttribute() {} });
    const notes = [];
    const announcer = {
        append: (note) => notes.push(note), get childElementCount() { return notes.length; }, get firstChild() { return { remove: () => notes.shift() }; },
    };
    const page = Object.assign(Object.create(Conversation.prototype), {
        room: { room: "general" }, me: "u_alice", announcer, scroller: { isNearEnd: true }, typing: { spoke() {} }, newBelow: 0,
        app: { people: { name: () => "Bob" } }, quotes: { event() {} }, reader: { event: () => false },
    });
    const say = (number) => page.event({ type: "message.created", room: "general", by: "u_bob", data: { number, text: `message ${number}` } });
    for (const number of [1, 2]) say(number);
    assert.equal(notes.length, 2);
    assert(notes[0].text.includes("message 1"), notes[0].text);
    for (let number = 3; number <= 100; number += 1) say(number);
    assert(notes.length < 30 && notes[notes.length - 1].text.includes("message 100"), `${notes.length}`);
});
