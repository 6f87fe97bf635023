import { unreadOf } from "./unread.js";

const BIRD = "M6 21c10-3 19 0 25 8 6-8 15-11 27-8-10 1-17 6-21 14 2 5 3 10 5 15-4-2-7-5-9-9-1-1-3-1-4 0-2 4-5 7-9 9 2-5 4-10 6-15C22 27 15 22 6 21z";

/** What is unread, in the tab's title and its picture. @param {any[]} rooms @param {string} me @param {string} name of what is open */
export function showBadge(rooms, me, name) {
    const unread = rooms.filter(({ archived }) => !archived).map((room) => unreadOf(room, me));
    const loud = unread.reduce((sum, one) => sum + one.loud, 0);
    const isUnread = unread.some(({ count, isQuiet }) => count > 0 && !isQuiet);
    const title = `${loud ? `(${loud}) ` : isUnread ? "• " : ""}${name ? `${name} · ` : ""}Apus`;
    if (document.title !== title) document.title = title;
    const dot = loud ? "#e5484d" : isUnread ? "#8fd3d6" : "";
    const link = /** @type {any} */ (document.querySelector("link[rel=icon]"));
    if (!link || link.dataset.dot === dot) return;
    link.dataset.dot = dot;
    link.href = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">`
        + `<rect width="64" height="64" rx="15" fill="#1f4e5f"/><path fill="#fff" d="${BIRD}"/>`
        + (dot ? `<circle cx="50" cy="14" r="13" fill="${dot}" stroke="#fff" stroke-width="3"/>` : "") + "</svg>")}`;
}
