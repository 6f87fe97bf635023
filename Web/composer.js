import { Completion } from "./completion.js";
import { fill, h, icon, iconButton } from "./h.js";
import { keep, kept } from "./kept.js";
import { words } from "./words.js";

/** As the server counts: Unicode scalar values. */
const LONGEST = 10_000;
/** How often "is typing" is renewed, in milliseconds; it lasts for ten seconds. */
const RENEWAL = 4_000;

/** On a touch screen Enter breaks the line; there is a button for sending. */
const isTouch = () => matchMedia("(pointer: coarse)").matches;

/** While an input method composes, Enter is its own. Safari says so by the key code only. */
export const isComposing = (event) => event.isComposing || event.keyCode === 229;

/** Where one writes. It is never disabled, and keeps a draft per room. */
export class Composer {
    /**
     * @param {{account: string, people: import("./people.js").People, send(text: string, replyTo?: number): void,
     *     save(number: number, text: string): void, typing(on: boolean): void, editLast(): void}} to
     */
    constructor(to) {
        this.to = to;
        this.room = "";
        this.typedAt = 0;
        /** @type {{kind: "reply" | "edit", number: number, name?: string} | undefined} */
        this.about = undefined;
        this.input = h("textarea", {
            id: "composer", rows: 1, dir: "auto", autocomplete: "off", enterkeyhint: isTouch() ? "enter" : "send",
            oninput: (event) => {
                this.changed();
                if (!event.isComposing) void this.completion.update();
            }, onkeydown: (event) => this.key(event),
        });
        this.completion = new Completion(this.input, to.people, () => to.account);
        this.note = h("div", { class: "composer-note" });
        this.excess = h("span", { class: "excess", role: "status" });
        this.button = h("button", { class: "send", type: "submit", "aria-label": words.send, title: words.send },
            icon("send"));
        this.element = h("form", {
            class: "composer",
            onsubmit: (event) => {
                event.preventDefault();
                this.submit();
            },
        }, this.note, h("div", { class: "composer-box" }, this.completion.list, this.input, this.excess, this.button));
        // The box as a whole is what one aims at, and on a phone the keyboard stays when the button is tapped.
        this.button.addEventListener("pointerdown", (event) => event.preventDefault());
    }

    get draftName() {
        return `draft.${this.to.account}.${this.room}`;
    }

    /** @param {any} entry of `chat.rooms` @param {string} name */
    open(entry, name) {
        const { room } = entry;
        this.completion.open(entry);
        if (room !== this.room) {
            this.room = room;
            this.about = undefined;
            this.typedAt = 0;
            this.restore();
        }
        this.input.placeholder = words.messageTo(name);
        this.input.setAttribute("aria-label", words.messageTo(name));
    }

    /** On a touch screen this would open the keyboard unasked. */
    focus() {
        if (!isTouch()) this.input.focus({ preventScroll: true });
    }

    get text() {
        return this.input.value;
    }

    set text(text) {
        this.input.value = text;
        this.changed();
        this.input.setSelectionRange(text.length, text.length);
    }

    changed() {
        this.measure();
        if (this.about?.kind === "edit") return;
        this.keepDraft();
        const has = this.text.trim() !== "";
        const now = Date.now();
        if (has && now - this.typedAt > RENEWAL) {
            this.typedAt = now;
            this.to.typing(true);
        } else if (!has && this.typedAt) {
            this.typedAt = 0;
            this.to.typing(false);
        }
    }

    restore() {
        const { text = "", reply } = kept(this.draftName) ?? {};
        this.clearNote();
        this.input.value = text;
        if (reply) this.reply(reply.number, reply.name);
        this.measure();
    }

    keepDraft() {
        const reply = this.about?.kind === "reply" ? this.about : undefined;
        keep(this.draftName, this.text || reply ? { text: this.text, reply } : undefined);
    }

    /** As high as its text, up to the style's limit. */
    measure() {
        this.input.style.setProperty("height", "auto");
        this.input.style.setProperty("height", `${this.input.scrollHeight}px`);
        const excess = [...this.text].length - LONGEST;
        fill(this.excess, excess > 0 && words.tooLong(excess));
        this.button.classList.toggle("ready", this.text.trim() !== "" && excess <= 0);
    }

    key(event) {
        if (isComposing(event)) return;
        if (this.completion.takes(event, isTouch())) {
            event.preventDefault();
            event.stopPropagation();
        } else if (event.key === "Enter" && !event.shiftKey && !event.altKey && !isTouch()) {
            event.preventDefault();
            this.submit();
        } else if (event.key === "ArrowUp" && this.text === "" && !this.about) {
            event.preventDefault();
            this.to.editLast();
        } else if (event.key === "Escape" && this.about) {
            event.stopPropagation();
            this.cancel();
        }
    }

    submit() {
        const text = this.text.trim();
        if (!text || [...text].length > LONGEST) return;
        const { about } = this;
        if (about?.kind === "edit") {
            this.to.save(about.number, text);
            return this.cancel();
        }
        this.to.send(text, about?.number);
        this.typedAt = 0;
        this.clearNote();
        this.text = "";
        this.input.focus({ preventScroll: true });
    }

    reply(number, name) {
        if (this.about?.kind === "edit") this.restore();
        this.about = { kind: "reply", number, name };
        this.showNote(words.replyingTo(name));
        this.keepDraft();
    }

    edit(number, text) {
        this.about = { kind: "edit", number };
        this.showNote(words.editing);
        this.button.title = words.save;
        this.text = text;
        this.input.focus();
    }

    showNote(text) {
        fill(this.note, h("span", { dir: "auto" }, text),
            iconButton("close", words.cancel, { onclick: () => this.cancel() }));
    }

    clearNote() {
        this.about = undefined;
        this.button.title = words.send;
        fill(this.note);
    }

    /** After an edit the draft comes back. */
    cancel() {
        if (this.about?.kind === "edit") this.restore();
        else {
            this.clearNote();
            this.keepDraft();
        }
        this.input.focus({ preventScroll: true });
    }
}
