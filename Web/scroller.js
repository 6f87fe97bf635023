import { arrange } from "./h.js";

/** So near its end, in pixels, a conversation is followed. */
const NEAR = 100;

/** A long list of rows: what is on the screen stays where it is, whatever comes and goes above and below. */
export class Scroller {
    /** @param {Element} viewport @param {Element} list @param {() => void} moved */
    constructor(viewport, list, moved) {
        this.viewport = viewport;
        this.list = list;
        /** @type {Map<string, {element: any, signature: string, row: any}>} */
        this.shown = new Map();
        /** Whether there is more below than is shown: then the list's end is no end to follow. */
        this.hasMore = false;
        this.follows = true;
        let isDue = false;
        let height = 0;
        viewport.addEventListener("scroll", () => {
            // A scroller that has shrunk is not one that was scrolled.
            if (viewport.clientHeight === height) this.follows = this.isNearEnd;
            if (isDue) return;
            isDue = true;
            requestAnimationFrame(() => {
                isDue = false;
                moved();
            });
        }, { passive: true });
        // The window, the composer, a phone's keyboard.
        const observer = new ResizeObserver(() => {
            height = viewport.clientHeight;
            if (this.follows && !this.hasMore) this.toEnd();
            moved();
        });
        observer.observe(viewport);
        observer.observe(list);
    }

    get isNearEnd() {
        const { scrollHeight, scrollTop, clientHeight } = this.viewport;
        return !this.hasMore && scrollHeight - scrollTop - clientHeight < NEAR;
    }

    toEnd() {
        this.follows = !this.hasMore;
        this.viewport.scrollTop = this.viewport.scrollHeight;
    }

    /** @param {string} key */
    toRow(key, block = "center") {
        const element = this.shown.get(key)?.element;
        element?.scrollIntoView({ block });
        this.follows = this.isNearEnd;
        return element;
    }

    /**
     * Shows these rows; elements whose row has not changed stay.
     * @param {{key: string}[]} rows @param {(row: any) => Element} make @param {(row: any) => string} signatureOf
     * @param {() => void} above changes what stands above the rows
     */
    show(rows, make, signatureOf, above) {
        const anchor = this.follows ? undefined : this.anchor();
        above();
        const wanted = new Set(rows.map(({ key }) => key));
        for (const key of this.shown.keys()) if (!wanted.has(key)) this.shown.delete(key);
        const elements = rows.map((row) => this.elementFor(row, make, signatureOf));
        arrange(this.list, elements);
        this.shown = new Map(rows.map(({ key }) => [key, /** @type {any} */ (this.shown.get(key))]));
        if (this.follows && !this.hasMore) this.toEnd();
        else if (anchor) this.restore(anchor);
    }

    elementFor(row, make, signatureOf) {
        const signature = signatureOf(row);
        /** @type {any} */
        const old = this.shown.get(row.key);
        if (old?.signature === signature) {
            old.row = row;
            return old.element;
        }
        const element = make(row);
        this.shown.set(row.key, { element, signature, row });
        if (old) {
            const focused = old.element.contains(document.activeElement) && /** @type {any} */ (document.activeElement);
            const name = focused && focused !== old.element && focused.dataset.focus;
            old.element.replaceWith(element);
            if (focused) (name && element.querySelector(`[data-focus="${CSS.escape(name)}"]`)
                || element).focus({ preventScroll: true });
        }
        return element;
    }

    /**
     * A row to keep in its place: the first that is whole on the screen. Not the list's first, which loses its head when
     * something of the same person comes before it.
     */
    anchor() {
        const { top, bottom } = this.viewport.getBoundingClientRect();
        let isFirst = true;
        let partial;
        for (const [key, { element, row }] of this.shown) {
            if (row.kind !== "message") continue;
            const box = element.getBoundingClientRect();
            if (box.top >= bottom) break;
            if (box.bottom > top) {
                partial ??= { key, top: box.top };
                if (box.top >= top && !isFirst) return { key, top: box.top };
            }
            isFirst = false;
        }
        return partial;
    }

    restore({ key, top }) {
        const element = this.shown.get(key)?.element;
        if (element) this.viewport.scrollTop += element.getBoundingClientRect().top - top;
    }

    /** The last message that is on the screen, at least its first line. */
    get lowestSeen() {
        const { bottom, height } = this.viewport.getBoundingClientRect();
        if (!height) return undefined;
        for (const { element, row } of [...this.shown.values()].reverse()) {
            if (row.kind !== "message" || !row.number) continue;
            const box = element.getBoundingClientRect();
            if (box.top < bottom - Math.min(box.height, 24) + 2) return row.number;
        }
    }
}
