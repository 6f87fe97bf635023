import { ask } from "./api.js";
import { h } from "./h.js";
import { words } from "./words.js";

/** When somebody who could not be asked for is asked for again, in milliseconds. */
const AGAIN = 5_000;

/** Who is who, and who is here. */
export class People {
    /** @param {any} chat @param {() => void} changed */
    constructor(chat, changed) {
        this.chat = chat;
        this.changed = changed;
        /** Who has said something and has left: not among the chat's people. */
        this.others = new Map();
        this.asked = new Set();
    }

    /** @param {string} id */
    get(id) {
        const known = this.chat.users.get(id) ?? this.others.get(id);
        if (!known && this.chat.user) this.find(id);
        return known;
    }

    find(id) {
        if (this.asked.has(id)) return;
        this.asked.add(id);
        ask("GET", `/v1/users/${encodeURIComponent(id)}`).then((person) => {
            this.others.set(id, person);
            this.changed();
        }, ({ code }) => {
            // Who is not known to the server stays "Somebody".
            if (code !== "unreachable") return;
            setTimeout(() => {
                this.asked.delete(id);
                this.changed();
            }, AGAIN);
        });
    }

    /** @param {string} id */
    name(id) {
        return this.get(id)?.display_name ?? words.unknownPerson;
    }

    /** What a room is called: its name, or the people in it. */
    roomName(room) {
        if (room.kind !== "direct") return room.name ?? room.room;
        const others = (room.users ?? []).filter((id) => id !== this.chat.user?.id);
        return others.length ? others.map((id) => this.name(id)).join(", ") : room.name ?? words.you;
    }

    /** The other one of a conversation between two. */
    otherOf(room) {
        const others = (room.users ?? []).filter((id) => id !== this.chat.user?.id);
        return room.kind === "direct" && others.length === 1 ? others[0] : undefined;
    }

    /** @param {string} id @returns {"online" | "away" | "offline"} */
    presence(id) {
        return this.chat.signals.find(({ type, user }) => type === "presence" && user === id)?.value ?? "offline";
    }

    /** A dot, and a word for who cannot see it. */
    dot(id) {
        const presence = this.presence(id);
        return h("span", { class: `dot ${presence}`, role: "img", "aria-label": words[presence],
            title: words[presence] });
    }

    avatar(id) {
        return h("span", { class: "avatar", "aria-hidden": "true", style: { "--hue": hue(id) } },
            initials(this.name(id)));
    }
}

/** One of 24 colours, the same everywhere and always. */
function hue(id) {
    let hash = 0x811c9dc5;
    for (const letter of id) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
    return ((hash >>> 12) % 24) * 15;
}

/** Two letters; of a name that is written without spaces, the first. */
function initials(name) {
    const words = name.trim().split(/[\s_.-]+/).filter(Boolean);
    const firsts = words.slice(0, 2).map((word) => [...word][0]);
    return firsts.join("").toLocaleUpperCase() || "?";
}
