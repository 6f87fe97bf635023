import { confirm, copy, menu } from "./dialog.js";
import { h, iconButton } from "./h.js";
import { words } from "./words.js";

export const PALETTE = ["👍", "❤️", "😂", "🎉", "😮", "😢", "👀", "✅"];

/**
 * What can be done with a message: one bar, which goes to the message under the pointer or the focus.
 * @param {any} list what scrolls, with the messages in it
 * @param {{row(element: Element): any, me: string, isGoverned(): boolean, act: any}} from
 */
export function actionBar(list, { row: rowOf, me, isGoverned, act }) {
    const bar = h("div", { class: "actions", role: "toolbar", "aria-label": words.messageActions });
    let at;
    const goTo = (element) => {
        const row = element && rowOf(element);
        if (!row || row.kind !== "message" || !row.number || row.purged) return bar.remove();
        if (at === element && bar.isConnected) return;
        at = element;
        const mine = row.by === me;
        bar.replaceChildren(...[
            ...PALETTE.slice(0, 3).map((emoji) => h("button", {
                type: "button", class: "icon-button", "aria-label": `${words.react} ${emoji}`,
                title: `${words.react} ${emoji}`,
                onclick: () => toggle(row, emoji),
            }, emoji)),
            iconButton("smile", words.react, { onclick: () => palette(row) }),
            iconButton("reply", words.reply, { onclick: () => act.reply(row) }),
            mine && iconButton("edit", words.edit, { onclick: () => act.edit(row) }),
            (mine || isGoverned()) && iconButton("bin", words.remove, { onclick: () => remove(row) }),
            iconButton("link", words.copyMessageLink,
                { onclick: () => copy(`${location.origin}/r/${row.room}/${row.number}`) }),
        ].filter(Boolean));
        element.append(bar);
    };
    const toggle = (row, emoji) => {
        const has = row.reactions?.some((one) => one.emoji === emoji && one.users.includes(me));
        act.react(row.number, emoji, !has);
    };
    const palette = (row) => {
        const box = menu(words.react, PALETTE.map((emoji) => ({ text: emoji, act: () => toggle(row, emoji) })));
        box.classList.add("palette");
    };
    const remove = (row) => confirm(words.removeSure, words.remove, () => act.remove(row));
    const over = ({ target }) => goTo(target.closest?.(".message"));
    list.addEventListener("pointerover", (event) => event.pointerType === "mouse" && over(event));
    list.addEventListener("pointerleave", (event) => event.pointerType === "mouse"
        && !bar.contains(document.activeElement) && bar.remove());
    // By keyboard, and by a finger, which has no hover.
    list.addEventListener("focusin", over);
    // A dialog that it has opened gives the focus back to it.
    list.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && !list.contains(relatedTarget)
        && !relatedTarget.closest("dialog") && bar.remove());
    list.addEventListener("keydown", (event) => walk(event, list));
}

/** Up and down from message to message. */
function walk(event, list) {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    const here = event.target.closest(".message");
    const all = [...list.querySelectorAll(".message")];
    const next = here ? all[all.indexOf(here) + (event.key === "ArrowUp" ? -1 : 1)] : all[all.length - 1];
    if (!next) return;
    event.preventDefault();
    next.focus();
}
