import assert from "node:assert/strict";

import { isBetter } from "../src/numbers.js";

/** What holds after every step of any ladder. */
export class LadderWatch {
    constructor(place) {
        this.place = place;
        this.open = new Map();
        this.carrier = undefined;
        this.last = 0;
    }

    check(input, actions, ladder, now) {
        const place = `${this.place}, at ${now} after ${JSON.stringify(input)}: ${JSON.stringify(actions)}`;
        const ended = input.ended?.attempt;
        if (ended && !actions.some((action) => action.poll?.attempt === ended)) this.forget(ended);
        for (const action of actions) {
            const [[name, content]] = typeof action === "string" ? [[action]] : Object.entries(action);
            const number = content?.attempt ?? content;
            if (name === "open") {
                assert.equal(number, this.last + 1, `${place}: numbers go up by one`);
                this.last = number;
                const beside = [...this.open].some(([other, kind]) => kind.endsWith("poll") && other !== this.carrier);
                assert(!beside || content.transport !== "sse", `${place}: a stream beside a poll that is not answered`);
                this.open.set(number, content.transport);
            } else if (["close", "carry", "probe", "poll", "resume"].includes(name)) {
                assert(this.open.has(number), `${place}: ${name} of what is not open`);
                if (name === "close") this.forget(number);
                if (name === "carry") this.carrier = number;
            }
        }
        const count = (...kinds) => [...this.open.values()].filter((kind) => kinds.includes(kind)).length;
        assert(count("long_poll", "short_poll") <= 1, `${place}: two polls`);
        assert(count("sse") <= 1 && count("websocket") <= 1, `${place}: two of one kind`);
        const { status } = ladder;
        const isLive = "live" in Object(status) || "suspect" in Object(status);
        assert.equal(isLive, this.carrier !== undefined, `${place}: the carrier is ${this.carrier}`);
        const carrying = this.open.get(this.carrier);
        for (const [number, transport] of this.open) {
            const isWorse = carrying && number !== this.carrier && !isBetter(transport, carrying);
            assert(!isWorse, `${place}: a worse one is still open`);
        }
        if (["idle", "needs_credentials"].includes(status) || "closed" in Object(status)) {
            assert(this.open.size === 0 && ladder.deadline === undefined, `${place}: at rest, but something is open`);
        } else {
            const { deadline = now } = ladder;
            assert(deadline > now && deadline < now + 900_000, `${place}: the deadline is ${deadline}`);
        }
    }

    forget(number) {
        this.open.delete(number);
        if (this.carrier === number) this.carrier = undefined;
    }
}
