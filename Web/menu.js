import { invite } from "./adding.js";
import { dialog } from "./dialog.js";
import { h } from "./h.js";
import { keep, kept } from "./kept.js";
import { LANGUAGES, language, speak, words } from "./words.js";

/** One's own menu. @param {import("./app.js").App} app */
export function openMenu(app) {
    dialog(words.menu, (close) => [
        choice(words.theme, { "": words.themeSystem, light: words.themeLight, dark: words.themeDark },
            kept("theme") ?? "", paint),
        choice(words.language, LANGUAGES, language, speak),
        h("div", { class: "menu" },
            app.isAdmin && h("button", {
                type: "button", onclick: () => {
                    close();
                    invite();
                },
            }, words.invitePeople),
            h("button", {
                type: "button", class: "danger", onclick: () => {
                    close();
                    app.signOut();
                },
            }, words.signOut)),
    ]);
}

/** One of few. @param {string} title @param {string} [name] of the field, in a form */
export function choice(title, options, chosen, choose, name = title) {
    return h("fieldset", { class: "segments" }, h("legend", null, title), Object.entries(options).map(([value, text]) =>
        h("label", null, h("input", { type: "radio", name, value, checked: value === chosen,
            onchange: () => choose(value) }), h("span", { lang: LANGUAGES[value] && value }, text))));
}

function paint(theme) {
    keep("theme", theme || undefined);
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
}
