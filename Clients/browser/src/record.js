import { TIMES } from "./numbers.js";

/** What is held against each transport: `strikes` in the machine's time, the rest, which is kept, since 1970. */
export class Record {
    constructor(memory, epoch) {
        this.now = 0;
        this.worked = { ...memory?.worked };
        this.failed = { ...memory?.failed };
        this.epoch = epoch;
        this.strikes = {};
    }

    /** With three of them it is avoided. */
    get counts() {
        const counts = {};
        for (const transport in this.strikes) {
            counts[transport] = this.isAvoided(transport) ? 3 : this.strikes[transport].times.length;
        }
        return counts;
    }

    get remember() {
        return { remember: { worked: { ...this.worked }, failed: { ...this.failed } } };
    }

    // A time to come was written by a clock that was set back since.
    isFresh(then, span) {
        const age = this.epoch + this.now - then;
        return age >= 0 && age < span;
    }

    hasWorked(transport) {
        return this.isFresh(this.worked[transport], TIMES.workedFor);
    }

    isAvoided(transport) {
        return this.now < this.strikes[transport]?.until;
    }

    isBehind(transport) {
        return this.isAvoided(transport) || this.isFresh(this.failed[transport], TIMES.failedFor);
    }

    // True if memory changed: one that has worked here is not forgotten for one bad moment.
    strike(transport) {
        if (transport === "short_poll") return false;
        const strikes = this.of(transport);
        strikes.times = [...strikes.times.filter((time) => time > this.now - TIMES.strikeWindow), this.now];
        if (strikes.times.length > 2) return this.distrust(transport);
        if (this.hasWorked(transport)) return false;
        this.failed[transport] = this.epoch + this.now;
        return true;
    }

    distrust(transport) {
        const strikes = this.of(transport);
        strikes.until = this.now + Math.min(TIMES.longestAvoidance, TIMES.avoidance * 2 ** strikes.avoidances);
        strikes.avoidances += 1;
        strikes.times = [];
        this.failed[transport] = this.epoch + this.now;
        return true;
    }

    of(transport) {
        return (this.strikes[transport] ??= { times: [], avoidances: 0 });
    }

    works(transport) {
        this.worked[transport] = this.epoch + this.now;
        delete this.failed[transport];
    }
}
