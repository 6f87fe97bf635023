import { copy, dialog } from "./dialog.js";
import { fill, h } from "./h.js";
import { words } from "./words.js";

/** How long a loss is nobody's business, and how long good news stays, in milliseconds. */
const SILENCE = 2_000;
const GLAD = 3_000;
/** From a wait this long on one would rather not wait. */
const LONG = 1_500;

/** The state of the connection: a banner when it is bad, and a chip with all that is known of it. */
export class Connection {
    /** @param {any} chat */
    constructor(chat) {
        this.chat = chat;
        /** @type {number | undefined} */
        this.downSince = Date.now();
        this.gladUntil = 0;
        /** @type {(() => void) | undefined} */
        this.panel = undefined;
        // Said aloud when it changes; a countdown beside it is not, for that would be every second.
        this.message = h("span", { role: "status" });
        this.countdown = h("span", { hidden: true });
        this.retry = h("button", { type: "button", class: "plain", onclick: () => this.chat.tryNow() }, words.tryNow);
        this.banner = h("div", { class: "banner", hidden: true }, this.message, this.countdown, this.retry);
        this.chip = h("button", { type: "button", class: "chip", "aria-haspopup": "dialog",
            onclick: () => this.open() });
        setInterval(() => this.render(), 500);
    }

    render() {
        const { status } = this.chat;
        const isLive = status.state === "live" || status.state === "suspect";
        const now = Date.now();
        const label = words.transports[status.transport] ?? words.states[status.state];
        if (this.chip.dataset.state !== status.state || this.chip.textContent !== label) {
            this.chip.dataset.state = status.state;
            fill(this.chip, h("span", { class: "chip-dot" }), h("span", { class: "chip-text" }, label));
            this.chip.setAttribute("aria-label", `${words.connection}: ${words.states[status.state]}, ${label}`);
            this.chip.title = words.connection;
        }
        if (isLive) {
            if (!this.banner.hidden && this.banner.dataset.kind !== "good") {
                this.say("good", words.backOnline);
                this.gladUntil = now + GLAD;
            } else if (this.banner.dataset.kind === "good" && now > this.gladUntil) this.banner.hidden = true;
            this.downSince = undefined;
        } else {
            const downSince = (this.downSince ??= now);
            if (now - downSince >= SILENCE) this.complain(status, now);
        }
        this.panel?.();
    }

    complain({ state, nextTry, waiting }, now) {
        if (state === "needs_credentials" || state === "idle") return;
        if (state === "closed") return this.say("bad", words.notAllowed);
        const wait = (nextTry ?? 0) - now;
        const parts = state === "offline" || wait > LONG ? [words.offlineNow] : [words.reconnecting];
        if (waiting) parts.push(words.waiting(waiting));
        // Rounded up: "in 0 s" would be a promise already broken.
        this.say("bad", parts.join(" · ").replace(/(…|[.。]) ·/, "$1"),
            wait > LONG ? words.nextTry(Math.ceil(wait / 1_000)) : "", state === "offline" || wait > LONG);
    }

    say(kind, text, countdown = "", canRetry = false) {
        this.banner.hidden = false;
        this.banner.dataset.kind = kind;
        if (this.message.textContent !== text) fill(this.message, text);
        this.countdown.textContent = countdown;
        this.countdown.hidden = !countdown;
        this.retry.hidden = !canRetry;
    }

    open() {
        const facts = h("dl", { class: "facts" });
        const log = h("ol", { class: "log", tabindex: "0", "aria-label": words.log });
        this.panel = () => {
            const { status } = this.chat;
            const strikes = Object.entries(status.strikes).filter(([, count]) => count > 0);
            fact(facts, [
                [words.state, words.states[status.state]],
                [words.transport, words.transports[status.transport] ?? "–"],
                [words.roundTrip, status.roundTrip === undefined ? words.unknown
                    : words.milliseconds(Math.round(status.roundTrip))],
                [words.heartbeats, status.heartbeats ? words.secondsAgo(status.heartbeats, since(status.heardAt))
                    : words.none],
                [words.cursor, status.cursor ?? words.unknown],
                [words.reconnects, status.reconnects],
                [words.strikes, strikes.map(([transport, count]) =>
                    `${words.transports[transport]} ${count}`).join(", ") || words.none],
            ]);
            const lines = status.log.slice(-50).map(({ at, text }) => `${stamp(at)} ${text}`);
            if (log.childElementCount === lines.length
                && log.lastChild?.textContent === lines[lines.length - 1]) return;
            fill(log, lines.map((line) => h("li", null, line)));
            log.scrollTop = log.scrollHeight;
        };
        const whole = () => this.chat.status.log.map(({ at, text }) =>
            `${new Date(at).toISOString()} ${text}`).join("\n");
        dialog(words.connection, () => h("div", { class: "panel" }, facts,
            h("div", { class: "panel-log" }, h("h3", null, words.log),
            h("button", { type: "button", onclick: () => copy(whole()) }, words.copyLog)), log),
                { closed: () => (this.panel = undefined) });
        this.panel();
    }
}

/** Seconds. @param {number} at */
const since = (at) => Math.max(0, Math.round((Date.now() - at) / 1_000));

const stamp = (at) => new Date(at).toTimeString().slice(0, 8);

/** Pairs of a list, changed only where they are other ones: somebody may be selecting them. */
function fact(list, pairs) {
    if (list.childElementCount !== 2 * pairs.length) fill(list, pairs.map(([name]) => [h("dt", null, name), h("dd")]));
    pairs.forEach(([, value], place) => {
        const element = list.children[2 * place + 1];
        if (element.textContent !== String(value)) fill(element, value);
    });
}
