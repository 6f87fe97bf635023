import { TIMES, TRANSPORTS, earliest, isBetter } from "./numbers.js";
import { Race } from "./race.js";

/** From the first proof on: who carries, what is better, and whether it still lives. */
export class Live extends Race {
    prove(attempt) {
        const { number, transport } = attempt;
        if (!attempt.until || !attempt.isProven) return;
        if (!attempt.isProbe || attempt.isResuming) return this.carry(attempt);
        if (transport === "websocket") {
            attempt.isResuming = true;
            attempt.hasHello = false;
            attempt.until = this.now + TIMES.check;
            this.actions.push({ resume: number });
        } else {
            this.close(attempt);
            this.open("sse").isTrusted = true;
        }
    }

    // What the old carrier still had on its way comes again on the new one, and the sequencer drops what came twice.
    carry(attempt) {
        const { now, phase: before } = this;
        const { number, transport } = attempt;
        attempt.until = undefined;
        this.forgive();
        this.phase = {
            name: "live", carrier: number, since: before.since ?? now, carrierSince: now, climbs: before.climbs ?? 0,
            climbAt: transport === "websocket" ? undefined : before.climbAt ?? now + TIMES.climbs[0],
        };
        this.hasBeenLive = true;
        this.actions.push({ carry: number });
        for (const other of this.attempts) if (isBetter(transport, other.transport)) this.close(other);
        const better = TRANSPORTS.slice(0, TRANSPORTS.indexOf(transport));
        for (const failed of better) if (before.failed?.has(failed)) this.strike(failed);
        // That waiting works is only known when an answer has waited.
        if (transport !== "long_poll") this.works(transport);
        // Where one answer at a time gets through, a stream's, which never ends, would keep the poll's from coming.
        if (attempt.isPoll && before.next?.includes("sse") && !this.record.isBehind("sse")) this.open("sse");
    }

    hurry() {
        if (this.is("waiting")) this.beginWhenAllowed();
        else this.check();
    }

    check() {
        const { now, phase, carrier } = this;
        if (!carrier || phase.checkUntil) return;
        // Between two questions there is nothing that could be dead.
        if (carrier.isPoll && carrier.askedAt === undefined && this.notBefore > now) return;
        phase.checkUntil = now + TIMES.check;
        phase.isSuspect = carrier.silentAt <= now;
        phase.waitFailed = phase.isSuspect && carrier.waitSeconds > 0;
        if (carrier.isPoll) this.poll(carrier);
        else this.probe(carrier);
    }

    polled(attempt, { empty, more, retry_ms: retryAfter }) {
        const { now } = this;
        const { askedAt } = attempt;
        if (askedAt === undefined) return;
        const waited = attempt.waitSeconds ? now - askedAt : NaN;
        attempt.askedAt = undefined;
        attempt.hasHello = true;
        attempt.heartbeats += Number(empty);
        this.batch(attempt);
        if (attempt !== this.carrier) return;
        const live = this.phase;
        if (live.waitFailed) {
            live.waitFailed = attempt.isTryingToWait = false;
            this.strike("long_poll");
            if (this.record.isAvoided("long_poll")) attempt.transport = "short_poll";
        } else if (!attempt.hasWaited && waited >= TIMES.shortestWait) {
            attempt.hasWaited = true;
            attempt.isTryingToWait = false;
            attempt.transport = "long_poll";
            this.works("long_poll");
        }
        if (retryAfter !== undefined) this.notBefore = live.pollAt = now + retryAfter;
        else if (more) live.pollAt = now;
        else if (attempt.waits) live.pollAt = empty && waited < TIMES.shortestWait ? askedAt + TIMES.shortestWait : now;
        else {
            const interval = this.isVisible ? TIMES.visibleInterval : TIMES.hiddenInterval;
            live.pollAt = now + Math.floor(interval * (0.9 + 0.2 * this.draw()));
        }
    }

    climb() {
        const { now, phase: live, record, carrier } = this;
        const better = TRANSPORTS.slice(0, TRANSPORTS.indexOf(carrier.transport));
        const open = better.filter((transport) => !record.isAvoided(transport));
        if (!open.length) return void (live.climbAt = earliest(...better.map((transport) => record.of(transport).until)));
        live.climbs += 1;
        live.climbAt = now + (TIMES.climbs[live.climbs] ?? Math.floor(TIMES.laterClimbs * (0.8 + 0.4 * this.draw())));
        for (const transport of open) {
            if (transport === "long_poll") {
                carrier.isTryingToWait = true;
                carrier.hasWaited = false;
            } else if (!this.attempts.some((attempt) => attempt.transport === transport)) this.open(transport, true);
        }
    }

    batch(attempt) {
        this.heard(attempt);
        this.prove(attempt);
    }

    heard(attempt) {
        attempt.lastByte = this.now;
        if (attempt !== this.carrier) return;
        this.phase.checkUntil = undefined;
        this.phase.isSuspect = false;
    }
}
