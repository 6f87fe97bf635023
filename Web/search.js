import { isComposing } from "./composer.js";
import { dialog } from "./dialog.js";
import { fill, h } from "./h.js";
import { dayName, clock, fullTime } from "./times.js";
import { refusal, words } from "./words.js";

/** So long after the last key, in milliseconds, it is searched. */
const PAUSE = 250;

/** @param {import("./app.js").App} app */
export function openSearch(app) {
    const results = h("ul", { class: "results" });
    const state = h("p", { class: "hint", role: "status" });
    let timer, turn;
    dialog(words.search, (close) => {
        const find = async (words_, before) => {
            const mine = (turn = {});
            try {
                const page = await app.chat.search(words_, before ? { before } : undefined);
                if (mine !== turn) return;
                if (!before) fill(results);
                results.querySelector(".more")?.remove();
                results.append(...page.results.map((result) => entry(app, result, close)));
                fill(state, !results.children.length && !page.has_more && words.searchEmpty);
                if (page.has_more) {
                    results.append(h("li", { class: "more" },
                        h("button", { type: "button", onclick: () => find(words_, page.next) }, words.searchMore)));
                }
            } catch (error) {
                if (mine === turn) fill(state, refusal(error));
            }
        };
        const changed = ({ target }) => {
            clearTimeout(timer);
            const text = target.value.trim();
            // What has no letter, digit or sign is nothing that could be found.
            if (/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(text)) timer = setTimeout(() => find(text.slice(0, 256)),
                PAUSE);
            else {
                turn = undefined;
                fill(results);
                fill(state);
            }
        };
        return [h("input", {
            type: "text", role: "searchbox", enterkeyhint: "search", class: "search-input", autofocus: true,
            placeholder: words.searchHint, "aria-label": words.searchHint, maxlength: 256,
            oninput: (event) => !event.isComposing && changed(event), oncompositionend: changed,
            onkeydown: (event) => {
                if (event.key !== "ArrowDown" || isComposing(event)) return;
                event.preventDefault();
                /** @type {any} */ (results.querySelector("button"))?.focus();
            },
        }), state, results];
    }, { wide: true });
}

function entry(app, { room, number, by, at, text, highlights }, close) {
    const found = app.chat.rooms.find((one) => one.room === room);
    return h("li", null, h("button", {
        type: "button", class: "result", onclick: () => {
            close();
            app.go(room, number);
        },
    },
        h("span", { class: "result-head" }, h("b", { dir: "auto", class: "name" }, app.people.name(by)),
            h("span", { dir: "auto", class: "room-name" }, found ? app.people.roomName(found) : room),
            h("time", { datetime: at, title: fullTime(at) }, `${dayName(at)} ${clock(at)}`)),
        h("span", { class: "result-text", dir: "auto" }, highlighted(text, highlights))));
}

/** So many characters before the first place that was found. */
const LEAD = 60;

/** @param {string} text @param {[number, number][]} places */
function highlighted(text, places) {
    const from = Math.max(0, (places[0]?.[0] ?? 0) - LEAD);
    const found = [from ? "…" : ""];
    let end = from;
    for (const [start, length] of places) {
        found.push(text.slice(end, start), h("mark", null, text.slice(start, start + length)));
        end = start + length;
    }
    found.push(text.slice(end, end + 200));
    return found;
}
