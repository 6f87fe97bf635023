import { TIMES } from "./numbers.js";

export class Attempt {
    constructor(number, transport, isProbe, now) {
        this.number = number;
        this.transport = transport;
        this.isProbe = isProbe;
        this.isPoll = transport.endsWith("poll");
        // Until it is proven; undefined once it carries. `askedAt` is undefined while no poll is out.
        this.until = now + TIMES.attempt;
        this.lastByte = now;
        this.askedAt = this.isPoll ? now : undefined;
        this.waitSeconds = this.heartbeats = 0;
        // Trusted: just proven by a probe that could not be kept. Excused: its failure says nothing of the transport.
        this.isTrusted = this.hasHello = this.hasEcho = this.hasSpacedTick = this.isTryingToWait = false;
    }

    get isProven() {
        const { hasHello, hasEcho, transport } = this;
        if (!hasHello || this.isPoll) return hasHello;
        return transport === "websocket" ? hasEcho : this.isTrusted || (this.hasSpacedTick && hasEcho);
    }

    get waits() {
        return this.transport === "long_poll" || this.isTryingToWait;
    }

    get silentAt() {
        const since = this.isPoll ? this.askedAt : 0;
        return since === undefined ? since : Math.max(since, this.lastByte) + TIMES.silence;
    }
}
