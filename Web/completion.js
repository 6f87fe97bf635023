import { askAll } from "./api.js";
import { fill, h } from "./h.js";
import { words } from "./words.js";

/** What stands before the caret while a name is being written; as the server, not within addresses. */
const BEGUN = /(?:^|[^A-Za-z0-9_\-@./])@([\p{L}\p{M}\p{N}_-]{0,32})$/u;
const MOST = 8;

/** Small, and without what stands above and below the letters. */
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Names for what was begun after an @: of the people in the room. The focus stays in the text. */
export class Completion {
    /** @param {any} input @param {import("./people.js").People} people @param {() => string} me */
    constructor(input, people, me) {
        this.input = input;
        this.people = people;
        this.me = me;
        /** @type {any} */
        this.room = undefined;
        /** @type {Promise<any[]> | undefined} */
        this.members = undefined;
        /** @type {any[]} */
        this.found = [];
        this.chosen = 0;
        /** Where the @ stands, and that which was waved away. */
        this.index = this.refused = -1;
        this.list = h("ul", { class: "completion", id: "completion", role: "listbox", "aria-label": words.people,
            hidden: true });
        input.setAttribute("aria-autocomplete", "list");
        input.setAttribute("aria-controls", "completion");
        for (const type of ["keyup", "click", "compositionend"]) input.addEventListener(type, () => this.update());
        input.addEventListener("blur", () => this.close());
    }

    get isOpen() {
        return this.found.length > 0;
    }

    /** @param {any} room an entry of `chat.rooms` */
    open(room) {
        if (room.room !== this.room?.room) this.members = undefined;
        this.room = room;
        this.close();
    }

    /** Who came or went is asked for with the next @. */
    forget() {
        this.members = undefined;
    }

    /** The people of the room; where the server does not answer, whoever is known here. */
    everybody() {
        this.members ??= askAll(`/v1/rooms/${encodeURIComponent(this.room.room)}/members`, "members", ({ id }) => id);
        return this.members.catch(() => {
            this.forget();
            return [...this.people.chat.users.values()];
        });
    }

    async update() {
        const { selectionStart, selectionEnd, value } = this.input;
        const match = selectionStart === selectionEnd && BEGUN.exec(value.slice(0, selectionStart));
        if (!match) this.refused = -1;
        const begun = match ? match[1] : "";
        const index = selectionStart - begun.length - 1;
        if (!match || !this.room || index === this.refused) return this.close();
        const key = `${index} ${begun}`;
        if (key === this.key && this.isOpen) return;
        const { room } = this;
        this.key = key;
        const members = await this.everybody();
        if (key !== this.key || room !== this.room) return;
        this.show(members, begun, index);
    }

    /** @param {any[]} members @param {string} begun @param {number} index where its @ stands */
    show(members, begun, index) {
        const wanted = folded(begun);
        const starts = (text) => folded(text).startsWith(wanted);
        const isMeant = ({ name, display_name: shown }) => starts(name) || starts(shown) || shown.split(/\s+/).some(starts);
        const all = { id: "all", name: "all", display_name: words.everybody };
        this.index = index;
        this.found = [...members.filter(({ id }) => id !== this.me()).filter(isMeant)
            .sort((a, b) => Number(starts(b.name)) - Number(starts(a.name)) || a.display_name.localeCompare(b.display_name))
            .slice(0, MOST), ...(this.room.kind !== "direct" && starts("all") ? [all] : [])];
        this.chosen = 0;
        this.render();
    }

    render() {
        const { people, found } = this;
        fill(this.list, found.map((person, at) => h("li", {
            id: `completion-${at}`, role: "option", "aria-selected": String(at === this.chosen),
            // The focus stays where it is, and on a phone the keyboard.
            onpointerdown: (event) => event.preventDefault(),
            onclick: () => this.pick(at),
        },
        person.id === "all" ? h("span", { class: "avatar all", "aria-hidden": "true" }, "@") : people.avatar(person.id),
        h("span", { class: "name", dir: "auto" }, person.display_name), h("small", { class: "handle" }, `@${person.name}`))));
        this.list.hidden = !this.isOpen;
        if (!this.isOpen) return this.input.removeAttribute("aria-activedescendant");
        this.input.setAttribute("aria-activedescendant", `completion-${this.chosen}`);
        this.list.children[this.chosen].scrollIntoView({ block: "nearest" });
    }

    close() {
        this.key = undefined;
        if (!this.isOpen) return;
        this.found = [];
        this.render();
    }

    /** True if the key was for the list. On a touch screen Enter breaks the line also here. */
    takes({ key, shiftKey }, isTouch) {
        if (!this.isOpen || shiftKey) return false;
        const { length } = this.found;
        if (key === "ArrowDown" || key === "ArrowUp") {
            this.chosen = (this.chosen + (key === "ArrowDown" ? 1 : length - 1)) % length;
            this.render();
        } else if (key === "Tab" || (key === "Enter" && !isTouch)) this.pick(this.chosen);
        else if (key === "Escape") {
            this.refused = this.index;
            this.close();
        } else return false;
        return true;
    }

    pick(at) {
        const { input, index } = this;
        const { name } = this.found[at];
        const end = input.selectionStart;
        this.close();
        input.setRangeText(`@${name}${/^\s/.test(input.value.slice(end)) ? "" : " "}`, index, end, "end");
        input.dispatchEvent(new Event("input", { bubbles: true }));
    }
}
