import { openApp } from "./app.js";
import { openDoor } from "./door.js";
import { kept } from "./kept.js";
import { language } from "./words.js";

document.documentElement.lang = language;

/** Who is signed in here, as the last sign-in said; whether the cookie is still good, the server says. */
const account = kept("account");
const link = /^#(setup|invite|reset)=(.+)/.exec(location.hash);
// Another tab has signed in or out: this one's cookie is another one now.
addEventListener("storage", ({ key }) => {
    if (key === "apus.account") location.reload();
});
// A link that is opened in a tab that is here already.
addEventListener("hashchange", () => /^#(setup|invite|reset)=/.test(location.hash) && location.reload());

/** A link that was spoiled on its way is the server's to refuse. @param {string} text */
function decoded(text) {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}

if (link) openDoor({ kind: link[1], secret: decoded(link[2]) });
else if (account) openApp(account);
else openDoor({ kind: "signIn" });
