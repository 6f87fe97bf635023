/** When one that could not be asked for is asked for again, in milliseconds. */
const AGAIN = 5_000;

/** Messages that are quoted and not among those shown. */
export class Quotes {
    /** @param {import("./conversation.js").Conversation} conversation */
    constructor(conversation) {
        this.conversation = conversation;
        /** @type {Map<number, any>} */
        this.found = new Map();
    }

    /** In another room. */
    begin() {
        this.found = new Map();
    }

    /** What is quoted changes as what is shown does. @param {import("../Clients/browser/types").Event} event */
    event({ type, by, data }) {
        const quoted = this.found.get(data.number);
        const changed = quoted && this.conversation.history.changed(quoted, type, by, data);
        if (changed) this.found.set(data.number, changed);
    }

    /** @param {number} number */
    find(number) {
        const { history } = this.conversation;
        const shown = history.find(number);
        if (!shown && !this.found.has(number) && history.isLoaded) this.fetch(number);
        return shown ?? this.found.get(number);
    }

    fetch(number) {
        const { room, chat, app } = this.conversation;
        const { found } = this;
        found.set(number, undefined);
        chat.history(room.room, { around: number, limit: 1 }).then(({ messages }) => {
            found.set(number, messages.find((message) => message.number === number));
            app.changed();
        }, ({ retryable }) => {
            // Where it is refused, "An earlier message" stays.
            if (!retryable) return;
            setTimeout(() => {
                found.delete(number);
                app.changed();
            }, AGAIN);
        });
    }
}
