// What a message's text is made of. No DOM here, and no HTML: what is not markup stays as it was written. Each character is
// looked at a few times at most, whatever somebody writes.

/** @typedef {{kind: "text" | "block" | "code" | "link" | "name", text: string, label?: string}} Leaf */
/** @typedef {{kind: "strong" | "em" | "del" | "quote", parts: Part[]}} Branch */
/** @typedef {Leaf | Branch} Part */

/** The first line may name a language, which is not shown. */
const FENCE = /```(?:[A-Za-z0-9+#._-]*\n)?([\s\S]+?)```/g;
const TOKEN = new RegExp([
    /`([^`\n]+)`/, /\[([^[\]\n]{1,200})\]\((https?:\/\/[^\s<>"'`()]+(?:\([^\s<>"'`()]*\)[^\s<>"'`()]*)*)\)/,
    /(https?:\/\/[^\s<>"'`，。；：！？」』）]+)/, /@([A-Za-z0-9_-]{2,32})/, /(\*+|_+|~+)/,
].map(({ source }) => source).join("|"), "g");
const TRAILING = /[.,;:!?)\]}*_~]+$/;
const ADDRESS = /https?:|www\./i;
/** Several stand for one inside of the other, the last one innermost. */
const MARKS = { "*": ["em"], "_": ["em"], "**": ["strong"], "__": ["strong"], "***": ["strong", "em"], "~~": ["del"] };
const WORD = /[A-Za-z0-9_\\]/;
const SPACE = /\s/;
/** In front of an @ that is part of an address. No look behind says so: Safari had none until 2023, and reads no module with it. */
const ADDRESSED = /[A-Za-z0-9_\-@./]/;
/** Quotes in quotes, up to here. */
const DEEPEST = 3;

/**
 * In order. @param {string} text @param {number} [depth]
 * @returns {Part[]}
 */
export function parts(text, depth = 0) {
    /** @type {Part[]} */
    const found = [];
    let end = 0;
    for (const match of text.matchAll(FENCE)) {
        const at = match.index ?? 0;
        lines(text.slice(end, at).replace(/\n$/, ""), depth, found);
        found.push({ kind: "block", text: match[1].replace(/\n$/, "") });
        end = at + match[0].length;
        if (text[end] === "\n") end += 1;
    }
    lines(text.slice(end), depth, found);
    return found;
}

/** What is said, without the marks: for previews. @param {string} text */
export const plain = (text) => flat(parts(text)).trim();

/** @param {Part[]} found @returns {string} */
const flat = (found) => found.map((part) => {
    if ("parts" in part) return part.kind === "quote" ? `${flat(part.parts)}\n` : flat(part.parts);
    return part.kind === "name" ? `@${part.text}` : part.label ?? part.text;
}).join("");

/** Lines that begin with `> ` are a quote, and stand by themselves. */
function lines(text, depth, found) {
    if (!text) return;
    const isQuote = (line) => depth < DEEPEST && /^>(?: |$)/.test(line);
    const all = text.split("\n");
    for (let at = 0; at < all.length;) {
        const begun = at;
        const quoted = isQuote(all[at]);
        while (at < all.length && isQuote(all[at]) === quoted) at += 1;
        const run = all.slice(begun, at);
        if (quoted) {
            found.push({ kind: "quote", parts: parts(run.map((line) => line.slice(2)).join("\n"), depth + 1) });
        } else {
            run.forEach((line, index) => {
                if (index > 0) found.push({ kind: "text", text: "\n" });
                found.push(...inline(line));
            });
        }
    }
}

/** One line. @returns {Part[]} */
function inline(line) {
    /** What is open, outermost first. A mark that is open is not opened again, so there are never more than a few. */
    const open = [{ mark: "", parts: /** @type {Part[]} */ ([]) }];
    const add = (/** @type {Part} */ part) => ("text" in part && !part.text) || open[open.length - 1].parts.push(part);
    const text = (/** @type {string} */ content) => add({ kind: "text", text: content });
    /** What was opened and is not closed was no mark. */
    const abandon = () => {
        const { mark, parts: inner } = /** @type {any} */ (open.pop());
        text(mark);
        inner.forEach(add);
    };
    let end = 0;
    TOKEN.lastIndex = 0;
    for (let match; (match = TOKEN.exec(line)); TOKEN.lastIndex = end) {
        const at = match.index;
        const [all, code, label, target, link, name, mark] = match;
        text(line.slice(end, at));
        end = at + all.length;
        if (code) add({ kind: "code", text: code });
        else if (name && ADDRESSED.test(line[at - 1] ?? " ")) text(all);
        else if (name) add({ kind: "name", text: name });
        // It would say one address and lead to another.
        else if (label && ADDRESS.test(label)) text(all);
        else if (label) add({ kind: "link", text: target, label });
        else if (link) {
            const address = closed(link);
            add({ kind: "link", text: address });
            end = at + address.length;
        } else {
            const before = line[at - 1] ?? " ";
            const after = line[end] ?? " ";
            const place = open.findIndex((one) => one.mark === mark);
            if (place > 0 && !SPACE.test(before) && !WORD.test(after) && open[place].parts.length) {
                while (open.length > place + 1) abandon();
                const { parts: inner } = /** @type {any} */ (open.pop());
                add(MARKS[mark].reduceRight((within, kind) => [{ kind, parts: within }], inner)[0]);
            } else if (place < 0 && MARKS[mark] && !SPACE.test(after) && !WORD.test(before)) open.push({ mark, parts: [] });
            else text(mark);
        }
    }
    text(line.slice(end));
    while (open.length > 1) abandon();
    return open[0].parts;
}

/** A sentence's full stop is not the address's; a bracket that the address opened is. */
function closed(link) {
    const bare = link.replace(TRAILING, "");
    return link[bare.length] === ")" && bare.includes("(") && !bare.includes(")") ? `${bare})` : bare;
}
