import { h } from "./h.js";

const FENCE = /```[^\n`]*\n([\s\S]*?)```|```([\s\S]+?)```/g;
const INLINE = /`([^`\n]+)`|(https?:\/\/[^\s<>"'`，。；：！？」』）]+)|(?<![A-Za-z0-9_\-@./])@([A-Za-z0-9_-]{2,32})/g;
const TRAILING = /[.,;:!?)\]}]+$/;
const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier}|\u200D\p{Extended_Pictographic})*\s*){1,3}$/u;

/**
 * What a message's text is made of, in order. Nothing of it is HTML.
 * @param {string} text
 * @returns {{kind: "text" | "block" | "code" | "link" | "name", text: string}[]}
 */
export function parts(text) {
    /** @type {any[]} */
    const found = [];
    let end = 0;
    for (const match of text.matchAll(FENCE)) {
        const at = match.index ?? 0;
        inline(text.slice(end, at).replace(/\n$/, ""), found);
        found.push({ kind: "block", text: (match[1] ?? match[2]).replace(/\n$/, "") });
        end = at + match[0].length;
        if (text[end] === "\n") end += 1;
    }
    inline(text.slice(end), found);
    return found;
}

function inline(text, found) {
    let end = 0;
    const add = (kind, content) => content && found.push({ kind, text: content });
    for (const match of text.matchAll(INLINE)) {
        const [all, code, link, name] = match;
        add("text", text.slice(end, match.index));
        end = match.index + all.length;
        if (code) add("code", code);
        else if (name) add("name", name);
        else {
            const address = closed(link);
            add("link", address);
            end -= link.length - address.length;
        }
    }
    add("text", text.slice(end));
}

/** A sentence's full stop is not the address's; a bracket that the address opened is. */
function closed(link) {
    const bare = link.replace(TRAILING, "");
    return link[bare.length] === ")" && bare.includes("(") && !bare.includes(")") ? `${bare})` : bare;
}

/**
 * @param {string} text
 * @param {{mentions?: string[], people: Map<string, {name: string}>, me?: string}} around
 */
export function textNodes(text, { mentions = [], people, me }) {
    const names = new Map(mentions.map((id) => [id === "all" ? "all" : people.get(id)?.name, id]));
    return parts(text).map(({ kind, text: content }) => {
        if (kind === "block") return h("pre", null, h("code", null, content));
        if (kind === "code") return h("code", null, content);
        if (kind === "link") return h("a", { href: content, target: "_blank", rel: "noopener noreferrer" }, content);
        if (kind === "text") return content;
        const id = names.get(content.toLowerCase());
        return id ? h("span", { class: `mention${id === me || id === "all" ? " of-me" : ""}` }, `@${content}`)
            : `@${content}`;
    });
}

export const isOnlyEmoji = (text) => text.length < 60 && ONLY_EMOJI.test(text);
