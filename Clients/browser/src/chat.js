import { query } from "./http.js";
import { newID } from "./id.js";
import { word } from "./numbers.js";
import { Session } from "./session.js";

/** One user's chat in one tab. Get it from `connect`; Clients/browser/README.md says more. */
export class Chat extends Session {
    /**
     * Calls the listener with everything of this type, until the function that comes back is called.
     * @param {"message" | "event" | "signal" | "rooms" | "snapshot" | "status" | "pending" | "failed"} type
     * @param {(content: any) => void} listener
     */
    on(type, listener) {
        const one = { type, listener };
        this.listeners.add(one);
        return () => void this.listeners.delete(one);
    }

    /** @returns {import("../types").ChatStatus} */
    get status() {
        const { told, ...details } = this.details;
        const [state, content] = word(told);
        const waiting = this.outbox.filter(({ command, failure }) => command.op === "message.post" && !failure).length;
        const more = state === "closed" ? "reason" : content > 0 ? "nextTry" : "transport";
        const { cursor } = this.state;
        return { state, [more]: content, waiting, ...details, cursor };
    }

    /** The user's rooms. Unread are `head - read`. */
    get rooms() {
        return [...this.state.rooms.values()];
    }

    /** The user; undefined until the first snapshot. */
    get user() {
        return this.state.user;
    }

    /** The people in the user's rooms, by id. */
    get users() {
        return this.state.users;
    }

    /** Who types, is here, has got and read what. */
    get signals() {
        return [...this.state.signals.values()];
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
        if (op === "typing" || op === "presence") return Promise.resolve(this.wish({ add: command }));
        return this.promise(command);
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
        this.wish({ retry: id });
    }

    /** Gives up a command that has failed or is not on its way. @param {string} id */
    discard(id) {
        const { state } = this.pending.find((one) => one.id === id) ?? {};
        if (state !== "queued" && state !== "failed") return;
        // Where no tab leads, nothing is sent.
        if (!this.leader) {
            void this.store.put(id);
            this.news({ failed: { id, code: "discarded" } });
        }
        this.unwanted.add(id);
        this.wish({ delete: id });
    }

    /**
     * Messages of a room, in order; without a number, the last ones.
     * @param {string} room
     * @param {{before?: number, after?: number, around?: number, limit?: number}} [options] `limit`: 1 … 200, or 50
     * @returns {Promise<{seq: number, messages: any[], has_more_before: boolean, has_more_after: boolean}>}
     */
    history(room, options) {
        return this.http.json(`/v1/rooms/${encodeURIComponent(room)}/messages?${query(options)}`);
    }

    /**
     * Messages with these words, the newest first.
     * @param {string} words @param {{room?: string, before?: number}} [options]
     * @returns {Promise<any>}
     */
    search(words, options) {
        return this.http.json(`/v1/search?${query({ q: words, ...options })}`);
    }

    /** Tries to connect at once, whichever tab does so, or looks whether the connection lives. */
    tryNow() {
        this.wish({ woke: true });
    }
}
