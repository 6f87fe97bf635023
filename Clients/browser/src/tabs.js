/** How long a leader may be silent before it is asked, and then to answer: within 5 s in all. */
const SILENCE = 1_000;
const PATIENCE = 2_000;

/** Of a user's tabs one leads: who has the Web Lock. One that does not answer is frozen, and the lock taken from it. */
export class Tabs {
    /** @param {{tab: string, ping: object, lead(): void, follow(): void, hear(letter: any): void}} session */
    constructor(name, session) {
        this.name = name;
        this.session = session;
        this.leads = false;
        this.heardAt = this.askedAt = 0;
    }

    /** Without either, each tab is for itself. */
    static get canShare() {
        return !!navigator.locks && typeof BroadcastChannel === "function";
    }

    join() {
        if (this.leads || this.channel) return;
        if (!Tabs.canShare) return this.step(true);
        this.channel = new BroadcastChannel(this.name);
        this.channel.onmessage = ({ data }) => {
            if (data.leads) this.heardAt = performance.now();
            this.session.hear(data);
        };
        this.queue();
        this.ask();
    }

    leave() {
        this.waiting?.abort();
        this.step(false);
        this.release?.(undefined);
        this.channel?.close();
        this.channel = undefined;
    }

    say(content) {
        this.channel?.postMessage({ sender: this.session.tab, leads: this.leads, ...content });
    }

    ask() {
        this.askedAt = performance.now();
        this.say(this.session.ping);
    }

    step(leads) {
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
            if (!this.leads) return;
            this.step(false);
            this.queue();
            this.ask();
        });
    }

    /** Who was asleep himself cannot say that the leader is silent. */
    turn(slept) {
        if (this.leads || !this.channel) return;
        const now = performance.now();
        const isAsked = this.askedAt > this.heardAt;
        if (slept || (!isAsked && now - this.heardAt > SILENCE)) this.ask();
        else if (isAsked && now - this.askedAt > PATIENCE) {
            this.waiting?.abort();
            this.askedAt = now;
            this.hold({ steal: true });
        }
    }
}
