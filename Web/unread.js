/**
 * How much of a room is unread, and how much of that is meant for oneself. Who spoke last has seen what was there, on
 * whichever device.
 * @param {any} room @param {string} me
 */
export function unreadOf({ kind, head, read, mentions, last_message: last }, me) {
    const count = last?.by === me ? 0 : Math.max(0, head - read);
    return { count, loud: !count ? 0 : kind === "direct" ? count : mentions };
}
