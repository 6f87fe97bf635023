import { verdictOf, verdictOfBye } from "./ends.js";
import { Live } from "./live.js";
import { TIMES, earliest, word } from "./numbers.js";

/**
 * Which transport to open, prove, carry by, leave, and when to try again: docs/client.md gives the reasons for it. An
 * input and the time go in, what to do comes out; each input is a method.
 */
export class Ladder extends Live {
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
        if (this.is("idle", "closed")) this.beginWhenAllowed();
    }

    stop() {
        this.finish({ closed: "stopped" });
    }

    credentials_renewed() {
        if (this.is("needs_credentials")) this.beginWhenAllowed();
    }

    snapshot_taken() {
        if (!this.is("snapshotting")) return;
        this.needsSnapshot = false;
        this.race();
    }

    snapshot_failed(end) {
        if (this.is("snapshotting")) this.follow(verdictOf(end));
    }

    offline() {
        this.isOffline = true;
        this.check();
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
        this.hurry();
    }

    hidden() {
        this.isVisible = false;
    }

    woke() {
        if (this.now - this.phase.startedAt >= 1_000) {
            this.leave();
            this.race();
        }
        this.hurry();
    }

    opened(attempt) {
        this.heard(attempt);
        if (attempt.transport === "websocket") this.probe(attempt);
    }

    hello(attempt) {
        this.heard(attempt);
        attempt.hasHello = true;
        if (attempt.transport === "sse" && attempt.until && !attempt.isTrusted) {
            attempt.until = this.now + TIMES.attempt;
            this.probe(attempt);
        }
        this.prove(attempt);
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
        this.prove(attempt);
    }

    // A proxy that buffers hands two ticks over at once.
    tick(attempt) {
        const { now } = this;
        attempt.heartbeats += 1;
        if (attempt.hasHello) {
            if (now - attempt.tickAt >= TIMES.spacing) attempt.hasSpacedTick = true;
            attempt.tickAt = now;
        }
        this.batch(attempt);
    }

    bye(attempt, content) {
        this.actions.push({ close: attempt.number });
        this.follow(verdictOfBye(content), attempt);
    }

    reset(attempt, { spread_ms }) {
        this.needsSnapshot = true;
        this.wait(spread_ms);
    }

    gap(attempt) {
        attempt.isExcused = true;
        this.cut(attempt);
    }

    ended(attempt, { end }) {
        this.follow(verdictOf(end), attempt);
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
        if (now - late?.until > TIMES.sleep) {
            // Nobody was awake to hear it: a few seconds more, and nothing is held against it.
            late.until = now + TIMES.check;
            late.isExcused = true;
        } else if (late) this.cut(late);
        else if (this.is("waiting")) this.begin();
        else if (this.is("snapshotting")) this.wait();
        else if (this.is("racing")) this.startNext();
        else if (phase.checkUntil <= now) {
            if (now - phase.checkUntil <= TIMES.sleep) return this.cut(carrier);
            phase.checkUntil = undefined;
            this.check();
        } else if (!phase.checkUntil && carrier.silentAt <= now) this.check();
        else if (phase.pollAt <= now) this.poll(carrier, carrier.waits);
        else this.climb();
    }

    follow({ what, reason, span, retryAfter }, attempt) {
        const { phase, now, record, carrier } = this;
        if (what === "distrust" && attempt) {
            attempt.isExcused = true;
            record.distrust(attempt.transport);
            this.actions.push(record.remember);
        }
        if (what === "failure" || what === "distrust") return this.fail(attempt);
        this.remove(attempt);
        if (what === "later") {
            if (!carrier || carrier === attempt) return this.wait(span, retryAfter);
            // A probe was refused; what carries is not touched.
            if (retryAfter && phase.climbAt) phase.climbAt = Math.max(phase.climbAt, now + retryAfter);
        } else if (what === "reset") this.reset(attempt, { spread_ms: 0 });
        else if (what === "credentials") this.finish("needs_credentials");
        else this.finish({ closed: reason });
    }

    /** @returns {any} a `Status` of types.d.ts */
    get status() {
        const { phase, carrier, isOffline, hasBeenLive, failures } = this;
        if (phase.status) return phase.status;
        if (carrier) return { [phase.isSuspect ? "suspect" : "live"]: carrier.transport };
        const away = isOffline ? "offline" : hasBeenLive || failures ? "reconnecting" : "connecting";
        return this.is("waiting") ? { [away]: phase.until } : away;
    }
}
