const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Node | string | number | undefined | null | false | any[]} Child */

/**
 * An element. Children that are text become text, whatever they hold: no string of ours is ever read as HTML.
 * @param {string} tag
 * @param {{[name: string]: any} | null} [props] `onclick` and the like are listeners, `style` custom properties
 * @param {...Child} children
 * @returns {any}
 */
export function h(tag, props, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(props ?? {})) {
        if (value === undefined || value === null || value === false) continue;
        if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
        else if (name === "style") for (const each in value) element.style.setProperty(each, value[each]);
        else if (name === "dataset") Object.assign(element.dataset, value);
        else element.setAttribute(name, value === true ? "" : value);
    }
    fill(element, ...children);
    return element;
}

/** Puts these in place of what is there. @param {Element} element @param {...Child} children */
export function fill(element, ...children) {
    const nodes = /** @type {any[]} */ (children).flat(Infinity);
    element.replaceChildren(...nodes.filter((node) => node !== undefined && node !== null && node !== false
        && node !== ""));
}

/** As `fill`, for elements that may be there already: those stay, and whoever is clicking on one or has the focus there. */
export function arrange(element, children) {
    const wanted = new Set(children);
    const focused = /** @type {any} */ (document.activeElement);
    for (const child of [...element.children]) if (!wanted.has(child)) child.remove();
    let place = element.firstChild;
    for (const child of children) {
        if (child === place) place = place.nextSibling;
        else element.insertBefore(child, place);
    }
    // What is moved loses it.
    if (focused !== document.activeElement && element.contains(focused)) focused.focus({ preventScroll: true });
}

/** Draws anew only what has changed; `signature` is all that is seen of it. */
export function refill(element, signature, draw) {
    const text = JSON.stringify(signature);
    if (element.dataset.signature === text) return;
    element.dataset.signature = text;
    fill(element, draw());
}

/** Outlines on a grid of 24, drawn for Apus. */
const PATHS = {
    back: "M15 5l-7 7 7 7", plus: "M12 5v14M5 12h14", close: "M6 6l12 12M18 6L6 18", down: "M12 5v14M6 13l6 6 6-6",
    search: "M11 4a7 7 0 100 14 7 7 0 000-14zM16 16l4.5 4.5", send: "M5 12h13M12 6l6 6-6 6",
    reply: "M10 6l-6 6 6 6M4 12h10c4 0 6 2 6 6", edit: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
    bin: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13M10 11v5M14 11v5",
    smile: "M12 3a9 9 0 100 18 9 9 0 000-18zM8.5 14.5c1 1.5 2 2 3.5 2s2.5-.5 3.5-2M9 9.5v.5M15 9.5v.5",
    link: "M9.5 14.5l5-5M11 7l2-2a4 4 0 016 6l-2 2M13 17l-2 2a4 4 0 01-6-6l2-2",
    people: "M9 5a3.5 3.5 0 100 7 3.5 3.5 0 000-7zM3 20c0-4 2.5-6 6-6s6 2 6 6M16 5.5a3 3 0 010 6M17 14.5c2.5.5 4 2.5 4 5.5",
    more: "M5 12h.01M12 12h.01M19 12h.01", hash: "M9.5 4L7.5 20M16.5 4l-2 16M4.5 9h16M3.5 15h16",
    lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 017 0v3", clock: "M12 4a8 8 0 100 16 8 8 0 000-16zM12 8v4.5l3 1.5",
    once: "M5 13l4.5 4.5L19 8", twice: "M2 13l4.5 4.5L15 9M10.5 16l1.5 1.5L22 8",
    sliders: "M4 7h9M19 7h1M4 17h1M11 17h9M16 4.5a2.5 2.5 0 100 5 2.5 2.5 0 000-5zM8 14.5a2.5 2.5 0 100 5 2.5 2.5 0 000-5z",
    warning: "M12 4L2.5 20h19zM12 10v4.5M12 17.200v.1",
};

/** @param {keyof typeof PATHS} name */
export function icon(name) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", PATHS[name]);
    svg.append(path);
    return svg;
}

/** The bird of the name. */
export function mark() {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 64 44");
    svg.setAttribute("class", "mark");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", "M1 6c13-3 24 2 30 12C38 8 49 3 63 6 51 8 42 15 37 24c1 5 2 10 4 16-4-3-7-6-9-10-2 4-5 7-9 10 2-6 3-11 4-16C22 15 13 8 1 6z");
    svg.append(path);
    return svg;
}

/** A button with a picture and no text. @param {keyof typeof PATHS} name @param {string} label */
export const iconButton = (name, label, props = {}) =>
    h("button", { type: "button", ...props, class: `icon-button ${props.class ?? ""}`, "aria-label": label,
        title: label }, icon(name));
