import { randomBytes } from "node:crypto";

/** SplitMix64 (Steele, Lea & Flood, 2014) from `APUS_SEED`, or from a seed of its own; tests name it when they fail. */
export class Seed {
    constructor() {
        const own = randomBytes(8).readBigUInt64BE();
        this.seed = process.env.APUS_SEED ? BigInt(process.env.APUS_SEED) : own;
        this.state = this.seed;
    }

    /** 0 ≤ n < 1 */
    draw() {
        this.state = BigInt.asUintN(64, this.state + 0x9e3779b97f4a7c15n);
        let mixed = this.state;
        mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n);
        mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
        return Number((mixed ^ (mixed >> 31n)) >> 11n) / 2 ** 53;
    }

    below(bound) {
        return Math.floor(this.draw() * bound);
    }

    chance(part) {
        return this.draw() < part;
    }

    among(list) {
        return list[this.below(list.length)];
    }
}
