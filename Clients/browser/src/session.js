import { Connection } from "./connection.js";
import { ApusError, Http } from "./http.js";
import { newID } from "./id.js";
import { TIMES, word } from "./numbers.js";
import { watchPage } from "./page.js";
import { State } from "./state.js";
import { Store } from "./store.js";
import { Tabs } from "./tabs.js";

/** How long another tab's word that it is visible holds; it is renewed with every ping. */
const VISIBLE = 3_000;

/** One user in one tab: it holds the connection, or listens to the tab that does. */
export class Session {
    /** @param {string} url @param {{token?: string, account?: string}} options */
    constructor(url, { token, account }) {
        const base = url.replace(/\/+$/, "");
        // So little of a token gives nothing away.
        const name = `apus ${base} ${account ?? token?.slice(-6) ?? ""}`;
        this.isNamed = !!(account ?? token);
        this.listeners = new Set();
        this.tab = newID();
        this.http = new Http(base, token);
        this.store = new Store(name);
        this.state = new State();
        /** @type {import("../types").Details} */
        this.details = { told: "connecting", reconnects: 0, heartbeats: 0, strikes: {}, log: [] };
        this.outbox = [];
        /** What was promised to the application in this tab. */
        this.promised = new Map();
        /** What is done, and whose event has not come to this tab. */
        this.acknowledged = new Map();
        /** What is to be taken back, until a tab that leads has said what became of it. */
        this.unwanted = new Set();
        this.visibleAt = -Infinity;
        this.place = 0;
        this.tabs = new Tabs(name, this);
        this.unwatch = watchPage(this);
        this.tabs.join();
    }

    /** Ends it in this tab; what is pending waits for the next `connect`. */
    close() {
        this.unwatch();
        this.tabs.leave();
        this.news({ details: { ...this.details, told: { closed: "stopped" } } });
    }

    /** A listener's fault is not the connection's: in here it is a rejection of nobody's. */
    emit(type, content = this[type]) {
        for (const one of this.listeners) if (one.type === type) void new Promise(() => one.listener(content));
    }

    /**
     * Kept by the server's answer, whichever tab gets it. It is written down first, in case neither this tab nor the
     * one that is to send it lives to do so.
     */
    promise(command) {
        const { id } = command;
        const user = this.state.user?.id;
        const promise = new Promise((resolve, reject) => {
            this.promised.set(id, { command, user, resolve, reject });
            // Many are said within a millisecond, and the store returns them in the order of their random ids.
            this.place = Math.max(Date.now(), this.place + 1);
            const written = this.store.put(id, { user, place: this.place, command });
            // It may have been taken back meanwhile.
            void written.then(() => (this.promised.has(id) ? this.wish({ add: command }) : this.store.put(id)));
            this.emit("pending");
        });
        // Who does not listen here sees it in `pending`.
        promise.catch(() => {});
        return Object.assign(promise, { id });
    }

    /** New credentials, in answer to `needs_credentials`. @param {string} [token] without one, the cookie */
    signIn(token) {
        this.tabs.say({ renew: token });
        this.renew(token);
    }

    renew(token) {
        this.http.token = token;
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
            this.hand((wish) => connection.put(wish));
            connection.tellOutbox();
        });
    }

    async connect() {
        await this.store.database;
        // While that was opened, another tab may have taken over.
        if (this.tabs.leads) await this.store.put("lease", this.tab);
        const [entries, memory] = await this.stored();
        return new Connection(this, entries, memory);
    }

    /** What waits. Where nothing can be stored, what the leader before has told is all there is. */
    async stored() {
        const all = await this.store.all();
        const entries = all ? [...all.values()].filter((entry) => entry.command && this.owns(entry)) : this.outbox;
        return [entries, all?.get("memory")];
    }

    /** What was written before its user was known: its own tab's, or the account's, if that is known. */
    owns({ command, user }) {
        if (!user) return this.isNamed || this.promised.has(command.id);
        return user === (this.state.user?.id ?? user);
    }

    /** What this user was promised in this tab. */
    get mine() {
        const me = this.state.user?.id;
        return [...this.promised.values()].filter(({ user = me }) => user === me).map(({ command }) => command);
    }

    /** What a tab that has come to lead may not have heard. */
    hand(over) {
        for (const add of this.mine) over({ add });
        for (const id of this.unwanted) over({ delete: id });
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
        void this.connection?.then((connection) => (wish.woke ? connection.climb(wish) : connection.put(wish)));
    }

    /** What came from another tab. */
    hear({ sender, leads, ...content }) {
        const [name, value] = word(content);
        if (name === "renew") return this.renew(value);
        if (leads === this.tabs.leads) return;
        if (leads) {
            if (this.leader !== sender) {
                this.leader = sender;
                void this.catchUp();
                this.hand((wish) => this.tabs.say(wish));
                // The last words of the page before this one may have been written after the leader had read.
                void this.stored().then(([entries]) => {
                    for (const { command, failure } of entries) if (!failure) this.tabs.say({ add: command });
                });
            } else if (name === "details" && this.isBehind) void this.catchUp();
            this.news(content);
        } else if (name === "ping") {
            if (value) this.visibleAt = performance.now();
            void this.connection?.then((connection) => connection.due());
            this.tabs.say({ outbox: this.outbox });
            this.tabs.say({ details: this.details });
        } else this.wish(content);
    }

    /** What the leader has told. */
    news(news) {
        const [name, content] = word(news);
        switch (name) {
            case "details":
                this.details = content;
                return this.emit("status");
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
            case "acknowledged": return this.keep(content);
            case "failed":
                this.settle(content);
                return this.emit(name, content);
        }
    }

    keep({ command, ok }) {
        const { id, op, room } = command;
        this.acknowledged.set(id, { command, seq: ok.seq ?? 0 });
        this.forget();
        // In large rooms no signal tells of it.
        if (op === "read") {
            this.state.read(room, ok.read);
            this.emit("rooms");
        }
        this.promised.get(id)?.resolve(ok);
        this.end(id);
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
        const { size } = this.acknowledged;
        for (const [id, { seq }] of this.acknowledged) if (seq <= this.state.seq) this.acknowledged.delete(id);
        return size > this.acknowledged.size;
    }

    /**
     * Something is missing here: it is read from the server, from this tab's own cursor, as any reader does. What cannot
     * be read now is tried again when the leader tells of itself next.
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
                this.batch(batch);
            }
        } catch (error) {
            if (error.code === "reset") state.cursor = undefined;
            this.isBehind = true;
        }
        this.isCatchingUp = false;
    }

    /** The user has come into a room, and may have left it since. A public room's entry is told to everybody. */
    async enter(room) {
        try {
            const entry = await this.http.json(`/v1/rooms/${encodeURIComponent(room)}`);
            if (entry.seq < this.state.seq) void this.enter(room);
            else if (entry.member) this.news({ room: entry });
        } catch ({ retryable }) {
            if (retryable && this.leader) setTimeout(() => this.enter(room), TIMES.visibleInterval);
        }
    }

    /** Ends a promise badly. */
    settle(failure) {
        this.promised.get(failure.id)?.reject(new ApusError(failure));
        this.end(failure.id);
        this.emit("pending");
    }

    end(id) {
        this.promised.delete(id);
        this.unwanted.delete(id);
    }

    /** What is on its way to the server or has failed, in order. @returns {import("../types").Pending[]} */
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
        for (const command of this.mine) add(command, "queued");
        return [...all.values()];
    }
}
