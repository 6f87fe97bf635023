/**
 * How much of a room is unread, how much of that is meant for oneself, and whether one wants to hear of it. Who spoke last
 * has seen what was there, on whichever device.
 * @param {any} room @param {string} me
 */
export function unreadOf({ kind, head, read, mentions, notifications = "all", last_message: last }, me) {
    const count = last?.by === me ? 0 : Math.max(0, head - read);
    const loud = !count || notifications === "none" ? 0 : kind === "direct" && notifications === "all" ? count : mentions;
    return { count, loud, isQuiet: notifications !== "all" && !loud };
}
