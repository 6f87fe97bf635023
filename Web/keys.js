import { isComposing } from "./composer.js";

/** The keys that hold everywhere. @param {import("./app.js").App} app */
export function watchKeys(app) {
    addEventListener("keydown", (event) => {
        if (isComposing(event)) return;
        if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
            event.preventDefault();
            if (!document.querySelector("dialog[open]")) app.openSearch();
        } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
            const links = /** @type {any[]} */ ([...app.rail.list.querySelectorAll(".room")]);
            const place = links.findIndex(({ dataset }) => dataset.room === app.room);
            const next = links[place + (event.key === "ArrowUp" ? -1 : 1)];
            if (!next) return;
            event.preventDefault();
            app.go(next.dataset.room);
        }
    });
}
