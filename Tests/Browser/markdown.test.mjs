import assert from "node:assert/strict";
import { test } from "node:test";

import { parts, plain } from "../../Web/markdown.js";

/** Short to read: strong is {…}, em is /…/, del is ~…~, a quote >…<, code `…`, a block ‹…›, a link <…> or <…|…>, a name @…@. */
const WRAP = { strong: ["{", "}"], em: ["/", "/"], del: ["~", "~"], quote: [">", "<"], code: ["`", "`"], block: ["‹", "›"], name: ["@", "@"], text: ["", ""] };
const show = (found) => found.map(({ kind, text, label, parts: inner }) => {
    if (kind === "link") return label ? `<${label}|${text}>` : `<${text}>`;
    const [open, close] = WRAP[kind];
    return `${open}${inner ? show(inner) : text}${close}`;
}).join("");

const READ = [
    ["plain", "plain"], ["", ""],
    ["**bold** and *italic* and _italic_ and ~~gone~~", "{bold} and /italic/ and /italic/ and ~gone~"],
    ["__bold__ ***both***", "{bold} {/both/}"], ["**a *b* c**", "{a /b/ c}"], ["*a **b** c*", "/a {b} c/"],
    ["這是**重點**喔", "這是{重點}喔"], ["「*真的*」", "「/真的/」"],
    ["2*3*4 = 24", "2*3*4 = 24"], ["2 * 3 * 4", "2 * 3 * 4"], ["snake_case_word", "snake_case_word"], ["a**b**c", "a**b**c"],
    ["** spaces **", "** spaces **"], ["*open", "*open"], ["**open *both", "**open *both"], ["*a **b*", "/a **b/"],
    ["****", "****"], ["**  **", "**  **"], ["**", "**"], ["~one~", "~one~"], ["~~~three~~~", "~~~three~~~"],
    ["¯\\_(ツ)_/¯", "¯\\_(ツ)_/¯"], ["\\*no\\*", "\\*no\\*"], ["one *line\nonly*", "one *line\nonly*"],
    ["`**code**` **`code`**", "`**code**` {`code`}"], ["a `b", "a `b"], ["```\n**x**\n```", "‹**x**›"],
    ["before\n```js\nlet a;\n```\nafter", "before‹let a;›after"], ["```two words\nx```", "‹two words\nx›"],
    ["> said\n> again\nanswer", ">said\nagain<answer"], ["a\n> b", "a>b<"], [">_<", ">_<"], [">no", ">no"], [">", "><"],
    ["> > deep", ">>deep<<"], ["> > > > > deeper", ">>>> > deeper<<<"], ["> **b**", ">{b}<"],
    ["https://a.example/x_(y)?z=1#f.", "<https://a.example/x_(y)?z=1#f>."], ["**https://a.example/**", "{<https://a.example/>}"],
    ["https://a.example/_x_y_ z", "<https://a.example/_x_y>_ z"], ["(http://b.example)", "(<http://b.example>)"],
    ["[docs](https://a.example/x_(y))", "<docs|https://a.example/x_(y)>"],
    ["[x](javascript:alert(1))", "[x](javascript:alert(1))"], ["[x](data:text/html,y)", "[x](data:text/html,y)"], ["[x](//a.example)", "[x](//a.example)"],
    ["[https://bank.example](https://evil.example)", "[https://bank.example](https://evil.example)"],
    ["[www.bank.example](https://evil.example)", "[www.bank.example](https://evil.example)"],
    ["@amir and **@olga**", "@amir@ and {@olga@}"], ["a@b.example", "a@b.example"],
    ["<b>**x**</b> &lt;", "<b>{x}</b> &lt;"],
];

for (const [text, wanted] of READ) {
    test(JSON.stringify(text), () => assert.equal(show(parts(text)), wanted));
}

test("previews are without the marks", () => {
    assert.equal(plain("> **so** it\nis, @amir: [here](https://a.example) `x`"), "so it\nis, @amir: here x");
});

/** What comes out as text, in its order, is what went in, less marks and line breaks. */
test("nothing but marks is ever lost, whatever is written", () => {
    const pieces = ["*", "**", "_", "~~", "`", "```", "[", "](", ")", "https://a.example/", "> ", "\n", " ", "é", "雨", "@amir", "<b>", "\\", "*_*"];
    let seed = 7;
    const among = (list) => list[(seed = (seed * 48_271) % 2_147_483_647) % list.length];
    const bare = (text) => text.replace(/[*_~`\n> []|\]\(|\)/g, "");
    const leaves = (found) => found.map((part) => (part.parts ? leaves(part.parts)
        : part.kind === "name" ? `@${part.text}` : part.label ? part.label + part.text : part.text)).join("");
    for (let round = 0; round < 3_000; round += 1) {
        const text = Array.from({ length: 12 }, () => among(pieces)).join("");
        assert.equal(bare(leaves(parts(text))), bare(text), JSON.stringify(text));
    }
});

test("ten thousand characters of anything take no time", () => {
    for (const piece of ["*", "**a ", "*a _b ", "_", "`", "```", "[", "[a](", "https://", "> ", ">\n", "~~a~~", "***", "@a", "(https://a.example/("]) {
        const text = piece.repeat(10_000 / piece.length);
        const begun = performance.now();
        parts(text);
        const took = performance.now() - begun;
        assert(took < 500, `${JSON.stringify(piece)} over and over took ${Math.round(took)} ms`);
    }
});
