import { Chat } from "./chat.js";

export { ApusError } from "./http.js";
export { Chat } from "./chat.js";

/**
 * Opens a chat: `const chat = connect("https://chat.example", {token})`. It connects by itself, stays connected, and
 * keeps what is posted until the server has it.
 *
 * @param {string} [url] of the server; without one, the page's own origin
 * @param {object} [options]
 * @param {string} [options.token] without one, the cookie that this origin's sign-in has set
 * @param {string} [options.account] whose connection and outbox this is: tabs of the same account share one. Without it,
 *     whoever has the same token, or the cookie. Where several people sign in by cookie, give the user's name.
 */
export function connect(url = location.origin, options = {}) {
    return new Chat(url, options);
}
