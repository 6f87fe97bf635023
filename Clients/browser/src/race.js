import { Attempt } from "./attempt.js";
import { TIMES, backOff, word } from "./numbers.js";
import { Record } from "./record.js";

/** Attempts, from the setting out to the waiting after all have failed. */
export class Race {
    constructor({ memory, hasCursor, now, wall, draw = Math.random }) {
        this.now = now;
        this.draw = draw;
        this.needsSnapshot = !hasCursor;
        this.record = new Record(memory, wall - now);
        /** @type {any} */
        this.phase = { name: "idle", status: "idle" };
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

    beginWhenAllowed() {
        const { notBefore, now } = this;
        if (notBefore > now) this.phase = { name: "waiting", until: notBefore };
        else this.begin();
    }

    begin() {
        if (!this.needsSnapshot) return this.race();
        this.phase = { name: "snapshotting", until: this.now + TIMES.snapshot };
        this.actions.push("snapshot");
    }

    race() {
        const { now, record, roundTrip } = this;
        const unknown = record.hasWorked("websocket") ? 2_000 : 1_500;
        const headStart = roundTrip === undefined ? unknown : Math.min(Math.max(4 * roundTrip + 500, 1_000), 2_500);
        const poll = record.isBehind("long_poll") ? "short_poll" : "long_poll";
        const [first, second] = record.isBehind("websocket") ? [poll, "websocket"] : ["websocket", poll];
        const next = [second, "sse"];
        this.phase = { name: "racing", startedAt: now, next, secondAt: now + headStart, failed: new Set() };
        this.open(first);
    }

    startNext() {
        this.phase.secondAt = undefined;
        this.open(this.phase.next.shift());
    }

    // Within `span` or not before `retryAfter`, if the server named one. Who failed together does not return together.
    wait(span, retryAfter) {
        this.leave();
        const { now, failures } = this;
        const own = backOff(failures);
        const delay = Math.floor((failures ? Math.max(span ?? 0, own) : span ?? own) * this.draw());
        this.failures += 1;
        if (retryAfter !== undefined) this.notBefore = now + retryAfter;
        else if (span !== undefined) this.notBefore = now + delay;
        this.phase = { name: "waiting", until: now + delay + (retryAfter ?? 0) };
    }

    cut(attempt) {
        this.actions.push({ close: attempt.number });
        this.fail(attempt);
    }

    // Its `close`, if one is needed, has been said. Without an attempt it was the snapshot that failed.
    fail(attempt) {
        const { now, phase, carrier } = this;
        if (!attempt) return this.wait();
        const { transport } = attempt;
        const counts = !attempt.isExcused && !this.isOffline;
        if (attempt === carrier) {
            if (counts && attempt.askedAt !== undefined && attempt.waitSeconds) {
                // A proxy may have cut the waiting, and the network be well: that is told by asking without.
                phase.waitFailed = true;
                phase.checkUntil = now + TIMES.check;
                return this.poll(attempt);
            }
            // Proven and at once cut off, again and again: without this no worse one would ever get its turn.
            if (counts && !attempt.isPoll && now - phase.carrierSince < TIMES.settled) this.strike(transport);
            this.remove(attempt);
            return this.wait();
        }
        if (counts && phase.failed) phase.failed.add(transport);
        else if (counts) this.strike(transport);
        this.remove(attempt);
        if (!this.is("racing") || this.attempts.length) return;
        if (phase.next.length) this.startNext();
        else this.wait();
    }

    // Without its carrier the ladder is in no state to go on: the caller decides on the next.
    remove(attempt) {
        if (attempt && attempt === this.carrier) {
            this.settle();
            this.phase = { name: "idle" };
        }
        this.attempts = this.attempts.filter((other) => other !== attempt);
    }

    leave() {
        this.settle();
        for (const attempt of this.attempts) this.close(attempt);
    }

    // If it lasted, the back-off begins anew.
    settle() {
        if (this.now - this.phase.since >= TIMES.settled) this.failures = 0;
        this.forgive();
    }

    forgive() {
        const { record, carrier, now, phase } = this;
        if (now - phase.carrierSince >= TIMES.strikeWindow) delete record.strikes[carrier.transport];
    }

    poll(attempt, waits) {
        this.phase.pollAt = undefined;
        attempt.askedAt = this.now;
        const wait = (attempt.waitSeconds = waits ? 25 : 0);
        this.actions.push({ poll: { attempt: attempt.number, wait } });
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
        const attempt = new Attempt((this.lastNumber += 1), transport, isProbe, this.now);
        // Beside a poll that is answered, silence means that the stream is held back, and it may hold up the poll.
        if (this.carrier && transport === "sse") attempt.until = this.now + TIMES.check;
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

    finish(status) {
        this.leave();
        this.phase = { name: word(status)[0], status };
    }
}
