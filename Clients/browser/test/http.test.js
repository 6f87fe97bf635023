import assert from "node:assert/strict";
import { test } from "node:test";

import { Http } from "../src/http.js";

/** What a request to a server that answers so ends with. */
async function refused(context, status, headers, body = "") {
    context.mock.method(globalThis, "fetch", async () => new Response(body, { status, headers }));
    return new Http("http://chat.example").json("/v1/sync").then(() => assert.fail("it was refused"), (error) => error);
}

test("a request that nobody answers ends after half a minute, unless somebody else sees to it", async (context) => {
    const limit = new AbortController();
    let longest;
    context.mock.method(AbortSignal, "timeout", (time) => ((longest = time), limit.signal));
    context.mock.method(globalThis, "fetch", (_, { signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("too long")))));
    const http = new Http("http://chat.example");
    const asked = http.json("/v1/search");
    assert.equal(longest, 30_000);
    limit.abort();
    await assert.rejects(asked, { code: "unreachable", retryable: true });
    longest = undefined;
    const leaving = new AbortController();
    const stream = http.ask("/v1/stream", { signal: leaving.signal });
    assert.equal(longest, undefined, "a stream may last");
    leaving.abort();
    await assert.rejects(stream);
});

test("nobody but the server keeps the client away for more than five minutes", async (context) => {
    const day = { "Retry-After": "86400" };
    assert.equal((await refused(context, 503, { ...day, "Content-Type": "text/html" }, "<p>Sign in!")).problem.retry_after_ms, 300_000);
    const problem = { code: "rate_limited", retryable: true, retry_after_ms: 3_600_000 };
    const type = { "Content-Type": "application/problem+json" };
    assert.equal((await refused(context, 429, { ...day, ...type }, JSON.stringify(problem))).problem.retry_after_ms, 3_600_000);
    assert.equal((await refused(context, 503, { "Retry-After": "7" })).problem.retry_after_ms, 7_000);
    assert.equal((await refused(context, 503, {})).problem.retry_after_ms, undefined);
});
