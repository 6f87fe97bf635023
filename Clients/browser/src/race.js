import { poll } from "./live.js";
import { TIMES, backOff } from "./numbers.js";

export function beginWhenAllowed(ladder) {
    const { notBefore, now } = ladder;
    if (notBefore > now) ladder.phase = { name: "waiting", until: notBefore };
    else begin(ladder);
}

export function begin(ladder) {
    if (!ladder.needsSnapshot) return race(ladder);
    ladder.phase = { name: "snapshotting", until: ladder.now + TIMES.snapshot };
    ladder.actions.push("snapshot");
}

export function race(ladder) {
    const { now, record, roundTrip } = ladder;
    const unknown = record.hasWorked("websocket") ? 2_000 : 1_500;
    const headStart = roundTrip === undefined ? unknown : Math.min(Math.max(4 * roundTrip + 500, 1_000), 2_500);
    ladder.phase = { name: "racing", startedAt: now, tried: new Set(), failed: new Set(), secondAt: now + headStart };
    if (record.isBehind("websocket")) openHTTP(ladder);
    else ladder.open("websocket");
}

// The poll carries until SSE is proven, which takes a second even where all is well.
function openHTTP(ladder) {
    const { record } = ladder;
    ladder.open(record.isBehind("long_poll") ? "short_poll" : "long_poll");
    if (!record.isBehind("sse")) ladder.open("sse");
}

export function startSecond(ladder) {
    ladder.phase.secondAt = undefined;
    if (ladder.phase.tried.has("websocket")) openHTTP(ladder);
    else ladder.open("websocket");
}

// Within `span` or not before `retryAfter`, if the server named one. Who failed together does not return together.
export function wait(ladder, span, retryAfter) {
    leave(ladder);
    const { now, failures } = ladder;
    const own = backOff(failures);
    const delay = Math.floor((failures ? Math.max(span ?? 0, own) : span ?? own) * ladder.draw());
    ladder.failures += 1;
    if (retryAfter !== undefined) ladder.notBefore = now + retryAfter;
    else if (span !== undefined) ladder.notBefore = now + delay;
    ladder.phase = { name: "waiting", until: now + delay + (retryAfter ?? 0) };
}

export function cut(ladder, attempt) {
    ladder.actions.push({ close: attempt.number });
    fail(ladder, attempt);
}

// Its `close`, if one is needed, has been said. Without an attempt it was the snapshot that failed.
export function fail(ladder, attempt) {
    const { now, phase, carrier } = ladder;
    if (!attempt || !ladder.find(attempt.number)) return wait(ladder);
    const { transport } = attempt;
    const counts = !attempt.isExcused && !ladder.isOffline;
    if (attempt === carrier) {
        if (counts && attempt.askedAt !== undefined && attempt.waitSeconds) {
            // A proxy may have cut the waiting, and the network be well: that is told by asking without.
            phase.waitFailed = true;
            phase.checkUntil = now + TIMES.check;
            return poll(ladder, attempt, false);
        }
        // Proven and at once cut off, again and again: without this no worse one would ever get its turn.
        if (counts && !attempt.isPoll && now - phase.carrierSince < TIMES.settled) ladder.strike(transport);
        remove(ladder, attempt);
        return wait(ladder);
    }
    if (counts && phase.failed) phase.failed.add(transport);
    else if (counts) ladder.strike(transport);
    remove(ladder, attempt);
    if (!ladder.is("racing") || ladder.attempts.length) return;
    if (phase.secondAt) startSecond(ladder);
    else if (phase.tried.has("sse")) wait(ladder);
    else ladder.open("sse");
}

// Without its carrier the ladder is in no state to go on: the caller decides on the next.
export function remove(ladder, attempt) {
    if (attempt && attempt === ladder.carrier) {
        settle(ladder);
        ladder.phase = { name: "idle" };
    }
    ladder.attempts = ladder.attempts.filter((other) => other !== attempt);
}

export function leave(ladder) {
    settle(ladder);
    for (const attempt of ladder.attempts) ladder.close(attempt);
}

// If it lasted, the back-off begins anew.
function settle(ladder) {
    if (ladder.now - ladder.phase.since >= TIMES.settled) ladder.failures = 0;
    forgive(ladder);
}

export function forgive({ record, carrier, now, phase }) {
    if (now - phase.carrierSince >= TIMES.strikeWindow) delete record.strikes[carrier.transport];
}
