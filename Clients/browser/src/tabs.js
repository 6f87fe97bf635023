/** How long a leader may be silent before it is asked, and how long it may take to answer: within 5 s in all. */
const SILENCE = 1_000;
const PATIENCE = 2_000;
const TURN = 500;

/** Of a user's tabs one leads: who has the Web Lock. One that does not answer is frozen, and the lock taken from it. */
export class Tabs {
    /** @param {{tab: string, ping: object, lead(): void, follow(): void, hear(letter: any): void}} session */
    constructor(name, session) {
        this.name = name;
        this.session = session;
        this.leads = false;
        /** @type {BroadcastChannel | undefined} */
        this.channel = undefined;
        this.heardAt = this.askedAt = this.turnAt = 0;
    }

    /** Without either, each tab is for itself. */
    static get canShare() {
        return !!navigator.locks && typeof BroadcastChannel === "function";
    }

    join() {
        if (!Tabs.canShare) return this.step(true);
        this.channel = new BroadcastChannel(this.name);
        this.channel.onmessage = ({ data }) => {
            if (data.leads) this.heardAt = performance.now();
            this.session.hear(data);
        };
        this.heardAt = this.turnAt = performance.now();
        this.queue();
        this.timer = setInterval(() => this.turn(), TURN);
        this.say(this.session.ping);
    }

    leave() {
        clearInterval(this.timer);
        this.waiting?.abort();
        this.step(false);
        this.release?.(undefined);
        this.channel?.close();
        this.channel = undefined;
    }

    say(content) {
        this.channel?.postMessage({ sender: this.session.tab, leads: this.leads, ...content });
    }

    step(leads) {
        if (this.leads === leads) return;
        this.leads = leads;
        if (leads) this.session.lead();
        else this.session.follow();
    }

    queue() {
        this.waiting = new AbortController();
        this.hold({ signal: this.waiting.signal });
    }

    hold(options) {
        const held = () =>
            new Promise((resolve) => {
                this.release = resolve;
                this.step(true);
            });
        navigator.locks.request(this.name, options, held).catch(() => {
            // Stolen: it was taken for frozen. Or given up before it came.
            if (!this.channel || !this.leads) return;
            this.heardAt = performance.now();
            this.step(false);
            this.queue();
        });
    }

    turn() {
        const now = performance.now();
        // Who was asleep himself cannot say that the leader is silent.
        const slept = now - this.turnAt > SILENCE + TURN;
        this.turnAt = now;
        if (this.leads) return;
        const isAsked = this.askedAt > this.heardAt;
        if (isAsked && !slept && now - this.askedAt > PATIENCE) {
            this.waiting?.abort();
            this.heardAt = now;
            this.hold({ steal: true });
        } else if (slept || (!isAsked && now - this.heardAt > SILENCE)) {
            this.askedAt = now;
            this.say(this.session.ping);
        }
    }
}
