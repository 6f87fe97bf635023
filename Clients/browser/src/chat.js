import { query } from "./http.js";
import { newID } from "./id.js";
import { word } from "./numbers.js";
import { sentence } from "./sentence.js";
import { Session } from "./session.js";

/** One user's chat in one tab. Get it from `connect`; Clients/browser/README.md says more. */
export class Chat {
    /** @param {string} url @param {{token?: string, account?: string}} options */
    constructor(url, options) {
        /** @type {Map<string, Set<(content: any) => void>>} */
        this.listeners = new Map();
        this.session = new Session(url, options, (type, content) => this.emit(type, content));
    }

    /**
     * Calls the listener with everything of this type, until the function that comes back is called.
     * @param {"message" | "event" | "signal" | "rooms" | "snapshot" | "status" | "pending" | "failed"} type
     * @param {(content: any) => void} listener
     */
    on(type, listener) {
        const listeners = this.listeners.get(type) ?? new Set();
        this.listeners.set(type, listeners.add(listener));
        return () => void listeners.delete(listener);
    }

    /** @returns {import("../types").ChatStatus} */
    get status() {
        const { status, ...details } = this.session.status;
        const [state, content] = word(status);
        const posts = this.session.outbox.filter(({ command, failure }) => command.op === "message.post" && !failure);
        const waiting = posts.length;
        return {
            state, waiting, ...details, cursor: this.session.state.cursor, sentence: sentence(status, waiting, Date.now()),
            transport: ["live", "suspect"].includes(state) ? content : undefined,
            nextTry: ["reconnecting", "offline"].includes(state) ? content : undefined,
            reason: state === "closed" ? content : undefined,
        };
    }

    /** The user's rooms. Unread are `head - read`. */
    get rooms() {
        return [...this.session.state.rooms.values()];
    }

    /** The user; undefined until the first snapshot. */
    get user() {
        return this.session.state.user;
    }

    /** The people in the user's rooms, by id. */
    get users() {
        return this.session.state.users;
    }

    /** Who types, is here, has got and read what. */
    get signals() {
        return [...this.session.state.signals.values()];
    }

    /** What is on its way to the server or has failed, in order. */
    get pending() {
        return this.session.pending;
    }

    /**
     * Says something. It is kept, across reloads and without a network, until the server has it.
     * @param {string} room @param {string} text @param {object} [more] `reply_to`, `attachments`
     * @returns {Promise<{seq: number, number: number, at: string}> & {id?: string}} once the server has it, however long
     *     that takes; an `ApusError` if it refused for good
     */
    post(room, text, more) {
        return this.command("message.post", { room, text, ...more });
    }

    /**
     * Any command of the protocol, kept like a post; `typing` and `presence` are sent once or never.
     * @param {string} op @param {object} [fields]
     * @returns {Promise<any> & {id?: string}}
     */
    command(op, fields) {
        const command = { id: newID(), op, ...fields };
        // Nothing will settle them.
        if (op === "typing" || op === "presence") return Promise.resolve(this.session.wish({ add: command }));
        return this.session.command(command);
    }

    /** To be renewed every few seconds. @param {string} room */
    typing(room, on = true) {
        return this.command("typing", { room, on });
    }

    /** Everything up to this message is read. @param {string} room @param {number} number */
    read(room, number) {
        return this.command("read", { room, number });
    }

    /** Tries a failed command again, behind what was said since. @param {string} id */
    retry(id) {
        this.session.wish({ retry: id });
    }

    /** Gives up a command that has failed or is not on its way. @param {string} id */
    discard(id) {
        const { session } = this;
        if (!this.pending.some((one) => one.id === id && ["queued", "failed"].includes(one.state))) return;
        session.wish({ delete: id });
        session.settle({ id, code: "discarded", detail: "It was taken back." });
    }

    /**
     * Messages of a room, in order; without a number, the last ones.
     * @param {string} room
     * @param {{before?: number, after?: number, around?: number, limit?: number}} [options] `limit`: 1 … 200, or 50
     * @returns {Promise<{seq: number, messages: any[], has_more_before: boolean, has_more_after: boolean}>}
     */
    history(room, options) {
        return this.session.http.json(`/v1/rooms/${encodeURIComponent(room)}/messages?${query(options)}`);
    }

    /**
     * Messages with these words, the newest first.
     * @param {string} words @param {{room?: string, before?: number}} [options]
     * @returns {Promise<any>}
     */
    search(words, options) {
        return this.session.http.json(`/v1/search?${query({ q: words, ...options })}`);
    }

    /** Tries to connect at once, whichever tab does so, or looks whether the connection lives. */
    tryNow() {
        this.session.tryNow();
    }

    /** New credentials, in answer to `needs_credentials`. @param {string} [token] without one, the cookie */
    signIn(token) {
        this.session.signIn(token);
    }

    /** Ends it in this tab; what is pending waits for the next `connect`. */
    close() {
        this.session.close();
    }

    /** A listener's fault is not the connection's. */
    emit(type, content = this[type]) {
        for (const listener of this.listeners.get(type) ?? []) {
            try {
                listener(content);
            } catch (error) {
                setTimeout(() => {
                    throw error;
                });
            }
        }
    }
}
