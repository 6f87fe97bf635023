/**
 * How far a room's other members have got, from its signals: the numbers up to which all of them have been delivered
 * to, and have read. Whoever has signalled nothing has got nothing; webhooks never read, and nobody waits for them.
 * @param {any} room @param {any[]} signals @param {Map<string, import("../Clients/browser/types").Person>} users
 * @param {string} [me]
 */
export function reached(room, signals, users, me) {
    const here = signals.filter((signal) => signal.room === room.room);
    const all = here.find(({ type }) => type === "receipts");
    if (all) return { delivered: all.value.delivered_by_all, read: all.value.read_by_all };
    const others = here.filter(({ type, user }) => type === "receipt" && user !== me && users.get(user)?.kind !== "hook");
    const count = room.kind === "direct" && room.users ? room.users.length - 1 : room.members - (room.hooks ?? 0) - 1;
    if (count < 1 || others.length < count) return { delivered: 0, read: 0 };
    return {
        delivered: Math.min(...others.map(({ value }) => value.delivered)),
        read: Math.min(...others.map(({ value }) => value.read)),
    };
}

/** What the tick of one's own message says. */
export function tickOf({ state, number }, { delivered, read }) {
    if (state === "failed") return "failed";
    if (state === "queued") return "queued";
    if (state === "sent") return "sending";
    if (state === "acknowledged" || !number) return "sent";
    return number <= read ? "read" : number <= delivered ? "delivered" : "sent";
}
