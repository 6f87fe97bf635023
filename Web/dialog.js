import { h, iconButton } from "./h.js";
import { words } from "./words.js";

/**
 * A dialog over the page: it keeps the focus, ends with Escape, the cross or a click beside it, and gives the focus back.
 * @param {string} title
 * @param {(close: () => void) => any} content
 * @returns {HTMLDialogElement}
 */
export function dialog(title, content, { wide = false, closed = () => {} } = {}) {
    const box = h("dialog", { class: wide ? "wide" : "", "aria-label": title, tabindex: "-1" });
    const close = () => box.close();
    const body = content(close);
    box.append(
        h("header", { class: "dialog-head" }, h("h2", null, title),
            iconButton("close", words.close, { onclick: close })),
        h("div", { class: "dialog-body" }, body));
    box.addEventListener("click", ({ target }) => target === box && close());
    box.addEventListener("close", () => {
        for (const note of box.querySelectorAll(".toasts > *")) toasts(document.body).append(note);
        box.remove();
        closed();
    });
    document.body.append(box);
    box.showModal();
    /** @type {any} */ (box.querySelector("[autofocus]") ?? box).focus();
    return box;
}

/**
 * A choice of what to do. @param {string} title
 * @param {({text: string, hint?: string, act: () => void, danger?: boolean} | false | undefined)[]} entries
 */
export function menu(title, entries) {
    return dialog(title, (close) => h("div", { class: "menu" }, entries.map((entry) => entry && h("button", {
        type: "button", class: entry.danger ? "danger" : "",
        onclick: () => {
            close();
            entry.act();
        },
    }, entry.text, entry.hint && h("small", null, entry.hint)))));
}

/** A question with two answers. */
export function confirm(question, yes, act) {
    return dialog(question, (close) => h("div", { class: "buttons" },
        h("button", { type: "button", onclick: close }, words.cancel),
        h("button", {
            type: "button", class: "primary danger", autofocus: true,
            onclick: () => {
                close();
                act();
            },
        }, yes)));
}

/** @param {Element} place */
const toasts = (place) => place.querySelector(":scope > .toasts")
    ?? place.appendChild(h("div", { class: "toasts", role: "status" }));

/** Something that went wrong or well, at the edge of the page for a while. Beside an open dialog nothing is heard. */
export function toast(text) {
    const note = h("p", null, text);
    toasts([...document.querySelectorAll("dialog[open]")].pop() ?? document.body).append(note);
    setTimeout(() => note.remove(), 6_000);
}

/** Copies, also where the page comes by plain HTTP and has no clipboard of its own. */
export async function copy(text) {
    try {
        await navigator.clipboard.writeText(text);
    } catch {
        const area = h("textarea", { class: "unseen" });
        area.value = text;
        (document.querySelector("dialog[open]") ?? document.body).append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
    }
    toast(words.copied);
}
