import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.navigator ??= /** @type {any} */ ({ language: "en" });

const { History, MOST } = await import("../../Web/history.js");
const { Quotes } = await import("../../Web/quotes.js");
const { Reader } = await import("../../Web/reader.js");
const { signatureOf } = await import("../../Web/message.js");

const message = (number) => ({ room: "general", seq: number, by: "u_bob", at: "", id: `${number}`, number, text: `message ${number}` });
const run = (first, last) => Array.from({ length: last - first + 1 }, (_, index) => message(first + index));
const event = (number, type = "message.created", more = {}) =>
    ({ type, seq: number + 1_000, room: "general", by: "u_bob", at: "", id: `e${number}`, data: { number, text: `message ${number}`, ...more } });

/** A conversation without a page; its server answers with what it is given, in order: messages, or an error. */
function conversation(history, ...answers) {
    const asked = [];
    const one = {
        history, asked, room: { room: "general" }, scroller: { lowestSeen: 1, toEnd() {} },
        viewport: { scrollTop: 0, scrollHeight: 100, clientHeight: 100 }, render() {}, moved() {}, app: { changed() {} },
        chat: {
            history: async (room, options) => {
                asked.push(options);
                const answer = answers.shift();
                if (answer instanceof Error) throw answer;
                return { messages: answer, has_more_before: false, has_more_after: false };
            },
        },
    };
    return Object.assign(one, { reader: new Reader(one), quotes: new Quotes(one) });
}

const loaded = (first, last) => {
    const history = new History("u_alice");
    history.replace({ messages: run(first, last), has_more_before: false, has_more_after: false });
    return history;
};
const numbers = ({ messages }) => messages.map(({ number }) => number);
const settled = () => new Promise(setImmediate);

test("what comes behind a gap is not put behind it: what is missing is read", async () => {
    const there = conversation(loaded(1, 3), run(4, 10));
    assert.equal(there.reader.event(event(10)), true);
    assert.deepEqual([numbers(there.history), there.history.hasAfter], [[1, 2, 3], true]);
    await settled();
    assert.deepEqual(there.asked, [{ after: 3, limit: 100 }]);
    assert.deepEqual(numbers(there.history), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert.deepEqual([there.history.find(4).number, there.history.hasAfter], [4, false]);
});

test("trying again repeats what has failed", async () => {
    const there = conversation(loaded(1, 3), new Error("unreachable"), run(5, 9));
    let shown = 0;
    await there.reader.load({ around: 7, limit: 100 }, () => (shown += 1));
    assert.equal(there.reader.failure?.message, "unreachable");
    there.reader.again();
    await settled();
    assert.deepEqual(there.asked, [{ around: 7, limit: 100 }, { around: 7, limit: 100 }]);
    assert.deepEqual([numbers(there.history), shown, there.reader.failure], [[5, 6, 7, 8, 9], 1, undefined]);
});

test("of a long conversation the end is forgotten that is farther from what is seen", () => {
    const end = loaded(1, MOST + 1);
    end.shorten(10);
    assert.deepEqual([end.first, end.last, end.hasAfter, end.hasBefore], [1, MOST, true, false]);
    for (const seen of [MOST - 10, undefined]) {
        const beginning = loaded(1, MOST + 1);
        beginning.shorten(seen);
        assert.deepEqual([beginning.first, beginning.last, beginning.hasAfter, beginning.hasBefore], [2, MOST + 1, false, true]);
    }
});

test("a quoted message that is not among those shown is changed and deleted as they are", async () => {
    const there = conversation(loaded(50, 60), [message(4)]);
    assert.equal(there.quotes.find(4), undefined);
    await settled();
    assert.equal(there.quotes.find(4).text, "message 4");
    there.quotes.event(event(4, "message.updated", { text: "better" }));
    assert.equal(there.quotes.find(4).text, "better");
    there.quotes.event(event(4, "message.deleted"));
    assert.deepEqual([there.quotes.find(4).text, there.quotes.find(4).purged], [undefined, true]);
    assert.equal(there.asked.length, 1);
});

test("what could not be asked for is asked for again, and what is refused is not", async (context) => {
    context.mock.method(globalThis, "setTimeout", (work) => setImmediate(work));
    const lost = Object.assign(new Error("unreachable"), { retryable: true });
    const there = conversation(loaded(50, 60), lost, [message(4)], new Error("no_such_message"));
    for (const number of [4, 5]) {
        for (let turn = 0; turn < 5; turn += 1) {
            there.quotes.find(number);
            await settled();
        }
    }
    assert.equal(there.quotes.find(4).text, "message 4");
    assert.deepEqual(there.asked.map(({ around }) => around), [4, 4, 5]);
});

test("a day is called otherwise the day after", (context) => {
    const people = { name: () => "" };
    const row = { kind: "day", key: "day", at: new Date().toISOString() };
    const before = signatureOf(row, { people });
    const tomorrow = new Date(Date.now() + 86_400_000);
    const Real = Date;
    context.mock.method(globalThis, "Date", class extends Real {
        constructor(...given) {
            super(...(given.length ? given : [tomorrow.getTime()]));
        }
    });
    assert.notEqual(signatureOf(row, { people }), before);
});
