import { TIMES, TRANSPORTS, earliest, isBetter } from "./numbers.js";
import { beginWhenAllowed, forgive } from "./race.js";

export function prove(ladder, attempt) {
    const { number, transport } = attempt;
    if (!ladder.find(number) || !attempt.until || !attempt.isProven) return;
    if (!attempt.isProbe || attempt.isResuming) return carry(ladder, attempt);
    if (transport === "websocket") {
        attempt.isResuming = true;
        attempt.hasHello = false;
        attempt.until = ladder.now + TIMES.check;
        ladder.actions.push({ resume: number });
    } else {
        ladder.close(attempt);
        ladder.open("sse").isTrusted = true;
    }
}

// What the old carrier still had on its way comes again on the new one, and the sequencer drops what came twice.
function carry(ladder, attempt) {
    const { now, phase: before } = ladder;
    const { number, transport } = attempt;
    attempt.until = undefined;
    forgive(ladder);
    ladder.phase = {
        name: "live", carrier: number, since: before.since ?? now, carrierSince: now, climbs: before.climbs ?? 0,
        isSuspect: false, climbAt: transport === "websocket" ? undefined : before.climbAt ?? now + TIMES.climbs[0],
    };
    ladder.hasBeenLive = true;
    ladder.actions.push({ carry: number });
    for (const other of ladder.attempts) if (isBetter(transport, other.transport)) ladder.close(other);
    for (const failed of TRANSPORTS) {
        if (isBetter(failed, transport) && before.failed?.has(failed)) ladder.strike(failed);
    }
    // That waiting works is only known when an answer has waited.
    if (transport !== "long_poll") ladder.works(transport);
}

export function hurry(ladder) {
    if (ladder.is("waiting")) beginWhenAllowed(ladder);
    else check(ladder);
}

export function check(ladder) {
    const { now, phase, carrier } = ladder;
    if (!carrier || phase.checkUntil) return;
    // Between two questions there is nothing that could be dead.
    if (carrier.isPoll && carrier.askedAt === undefined && ladder.notBefore > now) return;
    phase.checkUntil = now + TIMES.check;
    phase.isSuspect = carrier.silentAt <= now;
    phase.waitFailed = phase.isSuspect && carrier.waitSeconds > 0;
    if (carrier.isPoll) poll(ladder, carrier, false);
    else ladder.probe(carrier);
}

export function poll(ladder, attempt, waits) {
    ladder.phase.pollAt = undefined;
    attempt.askedAt = ladder.now;
    attempt.waitSeconds = waits ? 25 : 0;
    ladder.actions.push({ poll: { attempt: attempt.number, wait: attempt.waitSeconds } });
}

export function polled(ladder, attempt, { empty, more, retry_ms: retryAfter }) {
    const { now } = ladder;
    const { askedAt } = attempt;
    if (askedAt === undefined) return;
    const waited = attempt.waitSeconds ? now - askedAt : NaN;
    attempt.askedAt = undefined;
    attempt.hasHello = true;
    ladder.batch(attempt);
    if (attempt !== ladder.carrier) return;
    const live = ladder.phase;
    if (live.waitFailed) {
        live.waitFailed = attempt.isTryingToWait = false;
        ladder.strike("long_poll");
        if (ladder.record.isAvoided("long_poll")) attempt.transport = "short_poll";
    } else if (!attempt.hasWaited && waited >= TIMES.shortestWait) {
        attempt.hasWaited = true;
        attempt.isTryingToWait = false;
        attempt.transport = "long_poll";
        ladder.works("long_poll");
    }
    if (retryAfter !== undefined) ladder.notBefore = live.pollAt = now + retryAfter;
    else if (more) live.pollAt = now;
    else if (attempt.waits) live.pollAt = empty && waited < TIMES.shortestWait ? askedAt + TIMES.shortestWait : now;
    else {
        const interval = ladder.isVisible ? TIMES.visibleInterval : TIMES.hiddenInterval;
        live.pollAt = now + Math.floor(interval * (0.9 + 0.2 * ladder.draw()));
    }
}

export function climb(ladder) {
    const { now, phase: live, record, carrier } = ladder;
    const better = TRANSPORTS.filter((transport) => isBetter(transport, carrier.transport));
    const open = better.filter((transport) => !record.isAvoided(transport));
    if (!open.length) return void (live.climbAt = earliest(...better.map((transport) => record.of(transport).until)));
    live.climbs += 1;
    live.climbAt = now + (TIMES.climbs[live.climbs] ?? Math.floor(TIMES.laterClimbs * (0.8 + 0.4 * ladder.draw())));
    for (const transport of open) {
        if (transport === "long_poll") {
            carrier.isTryingToWait = true;
            carrier.hasWaited = false;
        } else if (!ladder.attempts.some((attempt) => attempt.transport === transport)) ladder.open(transport, true);
    }
}
