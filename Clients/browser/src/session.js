import { Connection } from "./connection.js";
import { ApusError, Http } from "./http.js";
import { digest, newID } from "./id.js";
import { word } from "./numbers.js";
import { watchPage } from "./page.js";
import { cursorOf } from "./sequencer.js";
import { State } from "./state.js";
import { Store } from "./store.js";
import { Tabs } from "./tabs.js";

/** How long another tab's word that it is visible holds; it is renewed with every ping. */
const VISIBLE = 3_000;

/** One user in one tab: it holds the connection, or listens to the tab that does. */
export class Session {
    /** @param {string} url @param {{token?: string, account?: string}} options @param {(type: string, content?: any) => void} emit */
    constructor(url, { token, account }, emit) {
        const base = url.replace(/\/+$/, "");
        const name = `apus ${base} ${account ?? (token ? digest(token) : "")}`;
        this.emit = emit;
        this.tab = newID();
        this.http = new Http(base, token);
        this.store = new Store(name);
        this.state = new State();
        /** @type {import("../types").Details} */
        this.status = { status: "connecting", heardAt: 0, reconnects: 0, heartbeats: 0, strikes: {}, log: [] };
        this.outbox = [];
        /** What was promised to the application in this tab. */
        this.promised = new Map();
        /** What is done, and whose event has not come to this tab. */
        this.acknowledged = new Map();
        this.connection = this.leader = undefined;
        this.visibleAt = -Infinity;
        this.isBehind = this.isCatchingUp = this.isClosed = false;
        this.tabs = new Tabs(name, this);
        this.unwatch = watchPage(this);
        this.tabs.join();
    }

    close() {
        this.unwatch();
        this.tabs.leave();
        this.isClosed = true;
        this.news({ status: { ...this.status, status: { closed: "stopped" } } });
    }

    /**
     * Settled by the server's answer, whichever tab gets it. It is written down first, in case neither this tab nor the
     * one that is to send it lives to do so.
     */
    command(command) {
        const { id } = command;
        const promise = new Promise((resolve, reject) => {
            if (this.isClosed) return reject(new ApusError({ code: "closed", detail: "This chat was closed." }));
            this.promised.set(id, { command, resolve, reject });
            const entry = { user: this.state.user?.id, place: Date.now(), command };
            const written = this.tabs.leads ? Promise.resolve() : this.store.put("outbox", id, entry);
            void written.then(() => this.wish({ add: command }));
            this.emit("pending");
        });
        promise.catch(() => {}); // who does not listen here sees it in `pending`
        return Object.assign(promise, { id });
    }

    signIn(token) {
        this.http.token = token;
        this.tabs.say({ renew: token });
        this.climb("credentials_renewed");
    }

    climb(input) {
        void this.connection?.then((connection) => connection.climb(input));
    }

    lead() {
        this.leader = this.tab;
        const connecting = (this.connection = this.connect());
        void connecting.then((connection) => {
            if (this.connection !== connecting) return;
            connection.climb("start");
            if (!this.isVisible) connection.climb("hidden");
            if (navigator.onLine === false) connection.climb("offline");
            for (const { command } of this.promised.values()) connection.put({ add: command });
            connection.tellOutbox();
        });
    }

    async connect() {
        const { state, store, tab } = this;
        await store.put("state", "lease", tab);
        const [memory, entries] = await Promise.all([store.get("memory"), store.entries()]);
        return new Connection(this, memory, entries.filter(({ user }) => !user || user === (state.user?.id ?? user)));
    }

    follow() {
        this.leader = undefined;
        void this.connection?.then((connection) => connection.end());
        this.connection = undefined;
    }

    get ping() {
        return { ping: !document.hidden };
    }

    /** One visible tab makes the connection visible, whichever tab holds it. */
    get isVisible() {
        return !document.hidden || performance.now() - this.visibleAt < VISIBLE;
    }

    /** From the leader to all tabs, this one included. */
    tell(news) {
        this.tabs.say(news);
        this.news(news);
    }

    /** To the leader, whichever tab it is. */
    wish(wish) {
        if (!this.tabs.leads) return this.tabs.say(wish);
        void this.connection?.then((connection) => connection.put(wish));
    }

    tryNow() {
        if (this.tabs.leads) this.climb("woke");
        else this.tabs.say({ try_now: 1 });
    }

    /** What came from another tab. */
    hear({ sender, leads, ...content }) {
        const [name, value] = word(content);
        if (name === "renew") {
            this.http.token = value;
            this.climb("credentials_renewed");
        } else if (leads && !this.tabs.leads) {
            if (this.leader !== sender) {
                this.leader = sender;
                void this.catchUp();
                for (const { command } of this.promised.values()) this.tabs.say({ add: command });
            } else if (name === "beat" && this.isBehind) void this.catchUp();
            this.news(content);
        } else if (!leads && this.tabs.leads) {
            if (name === "try_now") return this.tryNow();
            if (name !== "ping") return this.wish(content);
            if (value) this.visibleAt = performance.now();
            void this.connection?.then((connection) => connection.due());
            this.tabs.say({ beat: [{ status: this.status }, { outbox: this.outbox }] });
        }
    }

    /** What the leader has told. */
    news(news) {
        const [name, content] = word(news);
        switch (name) {
            case "beat": return content.forEach((each) => this.news(each));
            case "status":
                this.status = content;
                return this.emit(name);
            case "outbox":
                this.outbox = content;
                this.emit("pending");
                return this.emit("status");
            case "snapshot":
                this.state.restore(content);
                this.forget();
                this.emit(name);
                return this.emit("rooms");
            case "room":
                this.state.rooms.set(content.room, content);
                return this.emit("rooms");
            case "batch": return this.batch(content);
            case "acknowledged": {
                const { command, ok } = content;
                const { id, op, room } = command;
                this.acknowledged.set(id, { command, seq: ok.seq ?? 0 });
                this.forget();
                // In large rooms no signal tells of it.
                if (op === "read") {
                    this.state.read(room, ok.read);
                    this.emit("rooms");
                }
                this.promised.get(id)?.resolve(ok);
                return void this.promised.delete(id);
            }
            case "failed":
                this.settle(content);
                return this.emit(name, content);
        }
    }

    batch(batch) {
        const news = this.state.apply(batch);
        if (!news) return void this.catchUp();
        const isSettled = this.forget();
        for (const event of news.events) {
            if (this.state.opens(event)) void this.enter(event.room);
            this.emit("event", event);
            if (event.type === "message.created") this.emit("message", event);
        }
        for (const signal of news.signals) this.emit("signal", signal);
        if (news.events.length || news.signals.length) this.emit("rooms");
        if (isSettled) this.emit("pending");
    }

    /** Of what is acknowledged, whose event has come. */
    forget() {
        const { seq } = cursorOf(this.state.cursor ?? "-0");
        const settled = [...this.acknowledged].filter(([, one]) => one.seq <= seq);
        for (const [id] of settled) this.acknowledged.delete(id);
        return settled.length;
    }

    /**
     * Something is missing here: it is read from the server, from this tab's own cursor, as any reader does. What cannot
     * be read now is tried again with the leader's next beat.
     */
    async catchUp() {
        const { http, state } = this;
        this.isBehind = true;
        if (this.isCatchingUp || this.tabs.leads) return;
        this.isCatchingUp = true;
        try {
            while (this.isBehind) {
                if (!state.cursor) this.news({ snapshot: await http.json("/v1/sync") });
                const batch = await http.json("/v1/stream", { cursor: state.cursor, limit: 500, observe: 1 });
                this.isBehind = batch.more;
                this.batch({ signals: [], events: [], ...batch });
            }
        } catch (error) {
            if (error.code === "reset") state.cursor = undefined;
            this.isBehind = true;
        }
        this.isCatchingUp = false;
    }

    /** The user has come into a room: the leader asks for its entry, and tells. */
    async enter(room) {
        if (!this.tabs.leads) return;
        const entry = await this.http.json(`/v1/rooms/${encodeURIComponent(room)}`).catch(() => undefined);
        if (!entry) return;
        if (entry.seq < cursorOf(this.state.cursor ?? "-0").seq) return this.enter(room);
        this.tell({ room: entry });
    }

    /** Ends a promise badly. */
    settle(failure) {
        this.promised.get(failure.id)?.reject(new ApusError(failure));
        this.promised.delete(failure.id);
    }

    /** @returns {import("../types").Pending[]} */
    get pending() {
        const all = new Map();
        const add = (command, state, error) => {
            const { id, op, room } = command;
            if (!all.has(id)) all.set(id, { id, op, room, command, state, error });
        };
        for (const { command } of this.acknowledged.values()) add(command, "acknowledged");
        for (const { command, failure, isSent } of this.outbox) {
            add(command, failure ? "failed" : isSent ? "sent" : "queued", failure);
        }
        for (const { command } of this.promised.values()) add(command, "queued");
        return [...all.values()];
    }
}
