import { h } from "./h.js";
import { parts } from "./markdown.js";

const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier}|\u200D\p{Extended_Pictographic})*\s*){1,3}$/u;
const TAGS = { strong: "strong", em: "em", del: "del", quote: "blockquote" };

/**
 * @param {string} text
 * @param {{mentions?: string[], people: Map<string, {name: string}>, me?: string}} around
 */
export function textNodes(text, { mentions = [], people, me }) {
    const names = new Map(mentions.map((id) => [id === "all" ? "all" : people.get(id)?.name, id]));
    const node = (/** @type {any} */ { kind, text: content, label, parts: inner }) => {
        if (inner) return h(TAGS[kind], null, inner.map(node));
        if (kind === "block") return h("pre", { tabindex: "0" }, h("code", null, content));
        if (kind === "code") return h("code", null, content);
        if (kind === "link") {
            return h("a", { href: content, title: label && content, target: "_blank", rel: "noopener noreferrer" },
                label ?? content);
        }
        if (kind === "text") return content;
        const id = names.get(content.toLowerCase());
        return id ? h("span", { class: `mention${id === me || id === "all" ? " of-me" : ""}` }, `@${content}`)
            : `@${content}`;
    };
    return parts(text).map(node);
}

export const isOnlyEmoji = (text) => text.length < 60 && ONLY_EMOJI.test(text);
