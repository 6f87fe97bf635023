import assert from "node:assert/strict";
import { test } from "node:test";

import { Store } from "../src/store.js";

/** A browser's database in which the first `broken` transactions fail; what it was asked for is counted. */
function browser(context, { broken = 0, refuses = 1_000 } = {}) {
    const counts = { opened: 0, closed: 0 };
    const shelf = new Map();
    const requests = { put: (value, key) => ({ result: void shelf.set(key, value) }), delete: (key) => ({ result: void shelf.delete(key) }),
        getAllKeys: () => ({ result: [...shelf.keys()] }), getAll: () => ({ result: [...shelf.values()] }) };
    const database = () => ({
        close: () => (counts.closed += 1),
        transaction: () => {
            if ((broken -= 1) >= 0) throw new Error("InvalidStateError");
            const transaction = { objectStore: () => requests, commit: () => setImmediate(() => transaction.oncomplete()) };
            return transaction;
        },
    });
    const open = () => {
        const request = {};
        counts.opened += 1;
        setImmediate(() => (counts.opened > refuses ? request.onerror() : ((request.result = database()), (counts.last = request.result), request.onsuccess())));
        return request;
    };
    globalThis.indexedDB = { open };
    context.mock.method(globalThis, "setTimeout", () => 0);
    return counts;
}

test("a database that was closed is opened again, once, and what was to be written is written", async (context) => {
    const counts = browser(context, { broken: 1 });
    const store = new Store("apus");
    await store.put("lease", "t1");
    assert.deepEqual(await store.all(), new Map([["lease", "t1"]]));
    assert.equal(counts.opened, 2);
});

test("where it fails again, or cannot be opened again, nothing is stored any more", async (context) => {
    for (const given of [{ broken: 2 }, { broken: 1, refuses: 1 }]) {
        const counts = browser(context, given);
        const store = new Store("apus");
        await store.put("lease", "t1");
        assert.equal(await store.all(), undefined);
        assert.equal(counts.opened, 2);
    }
});

test("who deletes the database does not wait for this page", async (context) => {
    const counts = browser(context);
    const store = new Store("apus");
    await store.all();
    counts.last.onversionchange();
    assert.equal(counts.closed, 1);
});
