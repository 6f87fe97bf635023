// What stands in a conversation, from top to bottom: from messages and what is pending to rows. No DOM here.
import { reacted, unreacted } from "./history.js";

/** Messages of one person this close together, in milliseconds, have one head. */
const TOGETHER = 5 * 60_000;

/**
 * What waits in the outbox, done already: edits, deletions and reactions are seen at once.
 * @param {any} message @param {any[]} pending of this room, without what has failed @param {string} [me]
 */
export function foreseen(message, pending, me) {
    return pending.reduce((now, { op, command }) => {
        if (command.number !== message.number) return now;
        switch (op) {
            case "message.edit": return { ...now, text: command.text, isChanging: true };
            case "message.delete": return { ...now, isChanging: true };
            case "reaction.add": return { ...now, reactions: reacted(now.reactions, command.emoji, me, me) };
            case "reaction.remove":
                return (now.reactions ?? []).some((one) => one.emoji === command.emoji && one.users.includes(me))
                    ? { ...now, reactions: unreacted(now.reactions, command.emoji, me) } : now;
            default: return now;
        }
    }, message);
}

/** A message and what it was while pending have one key, so nothing flickers when it is confirmed. */
const keyOf = ({ by, id, number }) => (id ? `${by}/${id}` : `#${number}`);

/**
 * @param {object} from
 * @param {import("./history.js").History} from.history
 * @param {any[]} from.pending of this room, in order
 * @param {string} from.me
 * @param {number} [from.divider] "New" stands before the first message of somebody else from this number on
 * @param {(at: string) => number} from.dayOf
 */
export function rows({ history, pending, me, divider, dayOf }) {
    const alive = pending.filter(({ state }) => state !== "failed");
    const messages = history.messages.map((message) => ({ ...foreseen(message, alive, me), state: "done" }));
    const known = new Set(history.messages.filter(({ by }) => by === me).map(({ id }) => id));
    if (!history.hasAfter) {
        for (const { id, op, command, state, error } of pending) {
            if (op !== "message.post" || known.has(id)) continue;
            const at = new Date(sentAt(id)).toISOString();
            messages.push({ id, by: me, at, text: command.text, reply_to: command.reply_to, state, error });
        }
    }
    const all = [];
    let before, isDivided;
    for (const message of messages) {
        const day = dayOf(message.at);
        if (!before || dayOf(before.at) !== day) all.push({ kind: "day", key: `day ${day} ${message.number ?? ""}`,
            at: message.at });
        const isNew = divider && !isDivided && message.number >= divider && message.by !== me;
        if (isNew) {
            isDivided = true;
            all.push({ kind: "new", key: "new" });
        }
        const isGrouped = before && !isNew && before.by === message.by && dayOf(before.at) === day && !message.reply_to
            && Date.parse(message.at) - Date.parse(before.at) < TOGETHER;
        all.push({ kind: "message", key: keyOf(message), isGrouped: !!isGrouped, ...message });
        before = message;
    }
    return all;
}

/** Ids of the SDK begin with their time. */
export const sentAt = (id) => Number(/^\d+/.exec(id)?.[0]) || Date.now();
