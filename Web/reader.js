/** How many messages one page of history has. */
const PAGE = 100;
/** So often, in milliseconds, the server is told how far one has read. */
const TELLING = 400;

/** Loads a conversation's history, and tells how much of it was read. */
export class Reader {
    /** @param {import("./conversation.js").Conversation} conversation */
    constructor(conversation) {
        /** @type {any} */
        this.conversation = conversation;
        /** What happened while a page was on its way: the page may be older, and is brought up to date with them. @type {any[]} */
        this.meanwhile = [];
        this.begin();
    }

    /** In another room. */
    begin() {
        this.turn = {};
        this.isLoading = false;
        /** @type {any} */
        this.failure = undefined;
        /** What has failed, once more. @type {(() => void) | undefined} */
        this.repeat = undefined;
        this.meanwhile = [];
        this.told = 0;
        clearTimeout(this.telling);
        this.telling = undefined;
    }

    /** @param {import("../Clients/browser/types").Event} event @returns whether something is to be drawn anew */
    event(event) {
        const { history } = this.conversation;
        const { hasAfter } = history;
        if (this.isLoading) this.meanwhile.push(event);
        const isNew = history.apply(event);
        if (history.hasAfter !== hasAfter) this.fetchMore();
        return isNew;
    }

    /**
     * A page in place of what is there.
     * @param {{around?: number, limit: number}} options @param {() => void} [then] once it is shown
     */
    async load(options, then) {
        const { history } = this.conversation;
        this.turn = {};
        this.isLoading = false;
        await this.fetch(options, (page) => history.replace(page), then);
    }

    /** After a gap: what is on the screen, as it is now. */
    async reload() {
        const { scroller, history } = this.conversation;
        if (!history.isLoaded) return this.load({ limit: 60 }, () => scroller.toEnd());
        const at = scroller.lowestSeen;
        await this.load(scroller.follows || !at ? { limit: PAGE } : { around: at, limit: 200 });
    }

    again() {
        this.repeat?.();
        this.conversation.render();
    }

    /** More of it before one gets to an end. */
    fetchMore() {
        const { history, viewport } = this.conversation;
        if (this.isLoading || this.failure || !history.isLoaded || !viewport.clientHeight) return;
        const { scrollTop, scrollHeight, clientHeight } = viewport;
        const reach = 2 * clientHeight;
        if (history.hasBefore && scrollTop < reach) {
            void this.fetch({ before: history.first, limit: PAGE }, (page) => history.prepend(page));
        } else if (history.hasAfter && scrollHeight - scrollTop - clientHeight < reach) {
            void this.fetch({ after: history.last, limit: PAGE }, (page) => history.append(page));
        }
    }

    async fetch(options, take, then) {
        const { conversation } = this;
        const turn = this.turn;
        this.isLoading = true;
        this.failure = undefined;
        try {
            const page = await conversation.chat.history(conversation.room.room, options);
            if (turn !== this.turn) return;
            take(page);
            for (const event of this.meanwhile) conversation.history.apply(event);
        } catch (error) {
            if (turn !== this.turn) return;
            this.failure = error;
            this.repeat = () => void this.fetch(options, take, then);
        }
        this.meanwhile = [];
        this.isLoading = false;
        conversation.render();
        if (!this.failure) then?.();
        conversation.moved();
    }

    /** Only what is on the screen of a visible tab is read. */
    mark() {
        const { conversation } = this;
        const { room, scroller } = conversation;
        if (document.hidden || !room || this.telling) return;
        const number = scroller.lowestSeen;
        if (!number || number <= Math.max(room.read ?? 0, this.told)) return;
        this.telling = setTimeout(() => {
            this.telling = undefined;
            if (document.hidden || conversation.room?.room !== room.room) return;
            const seen = scroller.lowestSeen ?? 0;
            if (seen <= Math.max(conversation.room.read ?? 0, this.told)) return;
            this.told = seen;
            // A refusal is final, and the same again would be refused again.
            void conversation.chat.read(room.room, seen);
            this.mark();
        }, TELLING);
    }
}
