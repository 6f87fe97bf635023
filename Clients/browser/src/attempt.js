import { TIMES } from "./numbers.js";

/** One try of one transport, from `open` to its end. */
export class Attempt {
    constructor(number, transport, isProbe, now) {
        this.number = number;
        /** A poll goes from long to short and back without being opened anew: only what it asks differs. */
        this.transport = transport;
        this.isProbe = isProbe;
        this.isPoll = transport.endsWith("poll");
        /** Until when it is to be proven; undefined once it carries. */
        this.until = now + TIMES.attempt;
        this.lastByte = now;
        /** When the poll that is out was asked; undefined while none is. */
        this.askedAt = this.isPoll ? now : undefined;
        this.waitSeconds = 0;
        this.tickAt = this.probedAt = undefined;
        /** `isTrusted`: just proven by a probe that could not be kept. `isExcused`: its failure says nothing of the transport. */
        this.isTrusted = this.isExcused = this.hasHello = this.hasEcho = this.hasSpacedTick = this.isResuming = false;
        this.hasWaited = this.isTryingToWait = false;
    }

    /** Bytes both ways, never merely open. */
    get isProven() {
        const { hasHello, hasEcho, transport } = this;
        if (!hasHello || this.isPoll) return hasHello;
        return transport === "websocket" ? hasEcho : this.isTrusted || (this.hasSpacedTick && hasEcho);
    }

    get waits() {
        return this.transport === "long_poll" || this.isTryingToWait;
    }

    /** A poll between two questions owes nothing. */
    get silentAt() {
        const since = this.isPoll ? this.askedAt : 0;
        return since === undefined ? since : Math.max(since, this.lastByte) + TIMES.silence;
    }
}
