import { fill, h } from "./h.js";
import { words } from "./words.js";

/** How long "is typing" holds without a word, in milliseconds, by this device's clock. */
const HOLDS = 10_000;

/** Who is writing in the room that is open. */
export class TypingLine {
    /** @param {import("./people.js").People} people @param {string} me */
    constructor(people, me) {
        this.people = people;
        this.me = me;
        this.element = h("p", { class: "typing", "aria-live": "off" });
        /** When this tab first heard of each signal: its own time is of the server's clock. */
        this.heard = new Map();
    }

    /** Who has said it is not writing it any more, whichever comes first. */
    spoke(user) {
        for (const key of this.heard.keys()) if (key.endsWith(` ${user}`)) this.heard.set(key, -Infinity);
        this.draw();
    }

    render(signals, room) {
        const now = Date.now();
        const current = signals.filter(({ type, room: where, user, value }) => type === "typing" && where === room
            && user !== this.me && value);
        const heard = new Map();
        for (const { v, user } of current) heard.set(`${room} ${v} ${user}`,
            this.heard.get(`${room} ${v} ${user}`) ?? now);
        this.heard = heard;
        this.draw();
    }

    draw() {
        const now = Date.now();
        const alive = [...this.heard].filter(([, at]) => now - at < HOLDS);
        clearTimeout(this.timer);
        if (alive.length) this.timer = setTimeout(() => this.draw(),
            HOLDS - (now - Math.min(...alive.map(([, at]) => at))) + 50);
        const names = alive.map(([key]) => this.people.name(key.split(" ")[2]));
        const text = names.length === 0 ? "" : names.length === 1 ? words.typingOne(names[0])
            : names.length === 2 ? words.typingTwo(names[0], names[1]) : words.typingMany;
        if (this.element.textContent !== text) fill(this.element, text);
    }
}
