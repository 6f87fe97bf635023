// A stretch of a room's messages without gaps, kept up by events. No DOM and no network here.

/** How many messages are kept; one end is forgotten as the other grows. */
export const MOST = 400;

export class History {
    /** @param {string} [me] */
    constructor(me) {
        this.me = me;
        /** @type {any[]} */
        this.messages = [];
        this.hasBefore = this.hasAfter = this.isLoaded = false;
    }

    get first() {
        return this.messages[0]?.number ?? 0;
    }

    get last() {
        return this.messages[this.messages.length - 1]?.number ?? 0;
    }

    /** @param {number} number */
    find(number) {
        return this.messages[number - this.first];
    }

    /** A page in place of all. */
    replace({ messages, has_more_before, has_more_after }) {
        this.messages = messages;
        this.hasBefore = has_more_before;
        this.hasAfter = has_more_after;
        this.isLoaded = true;
    }

    prepend({ messages, has_more_before }) {
        this.messages = [...messages.filter(({ number }) => number < this.first), ...this.messages];
        this.hasBefore = has_more_before;
        if (this.messages.length <= MOST) return;
        this.messages.length = MOST;
        this.hasAfter = true;
    }

    append({ messages, has_more_after }) {
        this.messages.push(...messages.filter(({ number }) => number > this.last));
        this.hasAfter = has_more_after;
        this.shorten();
    }

    /** Forgets the end that is farther from what is seen. @param {number} [seen] without it, the beginning */
    shorten(seen = this.last) {
        if (this.messages.length <= MOST) return;
        if (2 * seen < this.first + this.last) {
            this.messages.length = MOST;
            this.hasAfter = true;
        } else {
            this.messages = this.messages.slice(-MOST);
            this.hasBefore = true;
        }
    }

    /**
     * Applies an event of this room; whether something has changed.
     * @param {import("../Clients/browser/types").Event} event
     */
    apply({ type, seq, by, at, id, room, data }) {
        if (type === "message.created") {
            if (this.hasAfter || data.number <= this.last) return false;
            if (this.messages.length && data.number > this.last + 1) {
                // Something in between was missed: it is read like all that comes after this stretch.
                this.hasAfter = true;
                return true;
            }
            this.messages.push({ room, seq, by, at, id, ...data });
            return true;
        }
        const place = this.messages.findIndex(({ number }) => number === data.number);
        const message = this.messages[place];
        if (!message || seq <= message.seq) return false;
        const changed = this.changed(message, type, by, data);
        if (changed) this.messages[place] = { ...changed, seq };
        return !!changed;
    }

    changed(message, type, by, data) {
        switch (type) {
            case "message.updated":
                return { ...message, text: data.text, edited_at: data.edited_at, mentions: data.mentions };
            case "message.deleted":
                return { ...message, purged: true, text: undefined, mentions: undefined, reactions: undefined };
            case "reaction.added": return { ...message,
                reactions: reacted(message.reactions, data.emoji, by, this.me) };
            case "reaction.removed": return { ...message, reactions: unreacted(message.reactions, data.emoji, by) };
        }
    }
}

/** A list of reactions with one more; oneself comes first, as the server has it. */
export function reacted(reactions = [], emoji, by, me) {
    const found = reactions.find((one) => one.emoji === emoji);
    if (!found) return [...reactions, { emoji, count: 1, users: [by] }];
    if (found.users.includes(by)) return reactions;
    const users = by === me ? [by, ...found.users] : [...found.users, by];
    return reactions.map((one) => (one === found ? { emoji, count: one.count + 1, users } : one));
}

export function unreacted(reactions = [], emoji, by) {
    return reactions
        .map((one) => (one.emoji === emoji ? { ...one, count: one.count - 1,
            users: one.users.filter((user) => user !== by) } : one))
        .filter(({ count }) => count > 0);
}
