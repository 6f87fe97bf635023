import { openApp } from "./app.js";
import { ask } from "./api.js";
import { fill, h, mark } from "./h.js";
import { keep, kept } from "./kept.js";
import { LANGUAGES, language, refusal, speak, words } from "./words.js";

const FORMS = {
    signIn: { title: words.signIn, button: words.signIn, path: "/v1/sessions", other: "signUp" },
    signUp: { title: words.signUp, button: words.signUp, hint: words.inviteExplained, path: "/v1/accounts",
        other: "signIn" },
    setup: { title: words.setUp, button: words.createOwner, hint: words.setUpHint, path: "/v1/accounts" },
    invite: { title: words.signUp, button: words.signUp, hint: words.inviteHint, path: "/v1/accounts",
        other: "signIn" },
    reset: { title: words.resetTitle, button: words.setPassword, path: "/v1/password" },
};

/**
 * Signing in, and whatever link leads in here.
 * @param {{kind: string, secret?: string}} by
 */
export function openDoor({ kind, secret }) {
    const form = FORMS[kind];
    const isNew = form.path === "/v1/accounts";
    const trouble = h("p", { class: "trouble", role: "alert" });
    const button = h("button", { class: "primary", type: "submit" }, form.button);

    const submit = async (event) => {
        event.preventDefault();
        if (button.disabled) return;
        const { name, password } = /** @type {any} */ (Object.fromEntries(new FormData(event.target)));
        fill(trouble);
        button.disabled = true;
        fill(button, words.working);
        try {
            const body = kind === "reset" ? { reset: secret, new: password }
                : { name: name.trim().toLowerCase(), password, ...(secret && { [kind]: secret }) };
            enter(await ask("POST", form.path, body), kind);
        } catch (error) {
            fill(trouble, refusal(error));
            button.disabled = false;
            fill(button, form.button);
        }
    };

    fill(document.body, h("main", { class: "door" },
        h("div", { class: "door-box" },
            h("header", { class: "door-head" }, mark(), h("p", { class: "wordmark" }, "Apus"),
                h("p", { class: "tagline" }, words.tagline)),
            h("form", { onsubmit: submit },
                h("h1", null, form.title),
                form.hint && h("p", { class: "hint" }, form.hint),
                kind !== "reset" && field("name", words.name, isNew && words.nameHint, {
                    autocomplete: "username", autocapitalize: "none", autofocus: true, spellcheck: "false",
                    minlength: isNew && 2, maxlength: 32, pattern: isNew && "[A-Za-z0-9_\\-]{2,32}",
                }),
                field("password", kind === "reset" ? words.newPassword : words.password,
                    form !== FORMS.signIn && words.passwordHint, {
                    type: "password", minlength: form !== FORMS.signIn && 8, maxlength: 1000,
                    autofocus: kind === "reset",
                    autocomplete: form === FORMS.signIn ? "current-password" : "new-password",
                }),
                trouble, button),
            form.other && h("p", { class: "door-other" }, form.other === "signIn" ? words.haveAccount : words.newHere,
                " ",
                h("button", { type: "button", class: "plain", onclick: () => openDoor({ kind: form.other }) },
                    FORMS[form.other].title)),
            h("p", { class: "door-languages" }, Object.entries(LANGUAGES).map(([code, name]) =>
                h("button", {
                    type: "button", class: "plain", lang: code, "aria-pressed": String(code === language),
                    onclick: () => speak(code),
                }, name))))));
    document.title = `${form.title} · Apus`;
    document.querySelector("input")?.focus();
}

function field(name, label, hint, props) {
    return h("label", { class: "field" }, h("span", { class: "label" }, label),
        h("input", { name, required: true, ...props, "aria-describedby": hint && `${name}-hint` }),
        hint && h("span", { class: "hint", id: `${name}-hint` }, hint));
}

/** The cookie is set; the secret leaves the address bar, and the history with it. */
function enter({ user }, kind) {
    keep("account", { id: user.id, name: user.name });
    if (kind === "setup") keep("welcome", true);
    history.replaceState(null, "", location.pathname);
    // Where nothing is kept, a page that begins anew would be at the door again.
    if (kept("account")) location.reload();
    else openApp(user);
}
