import { Attempt } from "./attempt.js";
import { follow, verdictOf, verdictOfBye } from "./ends.js";
import { check, climb, hurry, poll, polled, prove } from "./live.js";
import { TIMES, earliest, word } from "./numbers.js";
import { begin, beginWhenAllowed, cut, leave, race, startSecond, wait } from "./race.js";
import { Record } from "./record.js";

/**
 * Which transport to open, prove, carry by, leave, and when to try again: docs/client.md gives the reasons for it. An
 * input and the time go in, what to do comes out; each input is a method.
 */
export class Ladder {
    constructor({ memory, hasCursor, now, wall, draw = Math.random }) {
        this.now = now;
        this.draw = draw;
        this.needsSnapshot = !hasCursor;
        this.record = new Record(memory, wall - now);
        /** @type {any} */
        this.phase = { name: "idle" };
        this.attempts = [];
        this.lastNumber = 0;
        this.failures = 0;
        this.notBefore = this.roundTrip = undefined;
        this.isVisible = true;
        this.isOffline = this.hasBeenLive = false;
        /** @type {import("../types").Status} */
        this.told = "idle";
        this.actions = [];
    }

    /**
     * @param {import("../types").LadderInput} input @param {number} now
     * @returns {import("../types").LadderAction[]}
     */
    handle(input, now) {
        this.now = this.record.now = now;
        const [name, content] = word(input);
        const attempt = this.find(content?.attempt);
        if (attempt || !content?.attempt) this[name]?.(attempt ?? content, content);
        while (this.deadline <= now) this.runFirst();
        const { status } = this;
        if (JSON.stringify(status) !== JSON.stringify(this.told)) this.actions.push({ status: (this.told = status) });
        return this.actions.splice(0);
    }

    start() {
        if (this.is("idle", "closed")) beginWhenAllowed(this);
    }

    stop() {
        this.finish({ name: "closed", reason: "stopped" });
    }

    credentials_renewed() {
        if (this.is("needs_credentials")) beginWhenAllowed(this);
    }

    snapshot_taken() {
        if (!this.is("snapshotting")) return;
        this.needsSnapshot = false;
        race(this);
    }

    snapshot_failed(end) {
        if (this.is("snapshotting")) follow(this, verdictOf(end));
    }

    offline() {
        this.isOffline = true;
        check(this);
    }

    online() {
        this.isOffline = false;
        this.network_changed();
    }

    // What failed may have failed because of a proxy that is no longer on the way.
    network_changed() {
        const { record, phase } = this;
        record.strikes = {};
        this.roundTrip = undefined;
        if (Object.keys(record.failed).length) {
            record.failed = {};
            this.actions.push(record.remember);
        }
        if (phase.climbAt) {
            phase.climbs = 0;
            phase.climbAt = this.now;
        }
        this.woke();
    }

    visible() {
        this.isVisible = true;
        hurry(this);
    }

    hidden() {
        this.isVisible = false;
    }

    woke() {
        if (this.now - this.phase.startedAt >= 1_000) {
            leave(this);
            race(this);
        }
        hurry(this);
    }

    page_hidden() {
        if (this.is("racing", "snapshotting", "waiting", "live")) this.finish({ name: "paused" });
    }

    page_shown() {
        if (this.is("paused")) beginWhenAllowed(this);
    }

    opened(attempt) {
        this.heard(attempt);
        if (attempt.transport === "websocket") this.probe(attempt);
    }

    hello(attempt) {
        this.heard(attempt);
        attempt.hasHello = true;
        if (attempt.transport === "sse" && attempt.until && !attempt.isTrusted) this.probe(attempt);
        prove(this, attempt);
    }

    // On SSE the answer came over another connection: the network lives, the stream may not.
    echoed(attempt) {
        const { now } = this;
        const isSocket = attempt.transport === "websocket";
        if (attempt.probedAt !== undefined) this.roundTrip = now - attempt.probedAt;
        attempt.probedAt = undefined;
        attempt.hasEcho = true;
        const { lastByte } = attempt;
        if (isSocket || now - lastByte < TIMES.silence) this.heard(attempt);
        if (!isSocket) attempt.lastByte = lastByte;
        prove(this, attempt);
    }

    // A proxy that buffers hands two ticks over at once.
    tick(attempt) {
        const { now } = this;
        if (attempt.hasHello) {
            if (now - attempt.tickAt >= TIMES.spacing) attempt.hasSpacedTick = true;
            attempt.tickAt = now;
        }
        this.batch(attempt);
    }

    batch(attempt) {
        this.heard(attempt);
        prove(this, attempt);
    }

    heard(attempt) {
        attempt.lastByte = this.now;
        if (attempt !== this.carrier) return;
        this.phase.checkUntil = undefined;
        this.phase.isSuspect = false;
    }

    polled(attempt, answer) {
        polled(this, attempt, answer);
    }

    bye(attempt, content) {
        this.actions.push({ close: attempt.number });
        follow(this, verdictOfBye(content), attempt);
    }

    reset(attempt, { spread_ms }) {
        this.needsSnapshot = true;
        wait(this, spread_ms);
    }

    gap(attempt) {
        attempt.isExcused = true;
        cut(this, attempt);
    }

    ended(attempt, { end }) {
        follow(this, verdictOf(end), attempt);
    }

    get deadline() {
        const { phase, attempts, isVisible, carrier } = this;
        const { until, secondAt, pollAt, climbAt, checkUntil } = phase;
        const alive = checkUntil ?? carrier?.silentAt;
        const proofs = attempts.map((attempt) => attempt.until);
        return earliest(until, secondAt, pollAt, isVisible ? climbAt : undefined, alive, ...proofs);
    }

    runFirst() {
        const { now, phase, carrier } = this;
        const late = this.attempts.find(({ until }) => until <= now);
        if (late && now - late.until > TIMES.sleep) {
            // Nobody was awake to hear it: a few seconds more, and nothing is held against it.
            late.until = now + TIMES.check;
            late.isExcused = true;
        } else if (late) cut(this, late);
        else if (this.is("waiting")) begin(this);
        else if (this.is("snapshotting")) wait(this);
        else if (this.is("racing")) startSecond(this);
        else if (phase.checkUntil <= now) {
            if (now - phase.checkUntil <= TIMES.sleep) return cut(this, carrier);
            phase.checkUntil = undefined;
            check(this);
        } else if (!phase.checkUntil && carrier.silentAt <= now) check(this);
        else if (phase.pollAt <= now) poll(this, carrier, carrier.waits);
        else climb(this);
    }

    is(...names) {
        return names.includes(this.phase.name);
    }

    find(number) {
        return this.attempts.find((attempt) => attempt.number === number);
    }

    get carrier() {
        return this.find(this.phase.carrier);
    }

    open(transport, isProbe = false) {
        this.phase.tried?.add(transport);
        const attempt = new Attempt((this.lastNumber += 1), transport, isProbe, this.now);
        this.attempts.push(attempt);
        this.actions.push({ open: { attempt: attempt.number, transport, ...(isProbe && { probe: true }) } });
        return attempt;
    }

    close(attempt) {
        this.attempts = this.attempts.filter((other) => other !== attempt);
        this.actions.push({ close: attempt.number });
    }

    probe(attempt) {
        attempt.probedAt = this.now;
        this.actions.push({ probe: attempt.number });
    }

    strike(transport) {
        if (this.record.strike(transport)) this.actions.push(this.record.remember);
    }

    works(transport) {
        this.record.works(transport);
        this.actions.push(this.record.remember);
    }

    finish(last) {
        leave(this);
        this.phase = last;
    }

    get status() {
        const { phase, isOffline } = this;
        switch (phase.name) {
            case "racing":
            case "snapshotting":
                if (isOffline) return "offline";
                return this.hasBeenLive || this.failures ? "reconnecting" : "connecting";
            case "waiting": return isOffline ? { offline: phase.until } : { reconnecting: phase.until };
            case "live": {
                const { transport } = this.carrier;
                return phase.isSuspect ? { suspect: transport } : { live: transport };
            }
            case "closed": return { closed: phase.reason };
            case "needs_credentials": return phase.name;
        }
        return "idle";
    }
}
