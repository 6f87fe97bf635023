import { clock } from "./clock.js";
import { endOf } from "./http.js";
import { Ladder } from "./ladder.js";
import { TIMES, earliest, word } from "./numbers.js";
import { Outbox } from "./outbox.js";
import { Sequencer, epochOf } from "./sequencer.js";
import { Tabs } from "./tabs.js";
import { openers } from "./transports.js";

/** What the log leaves out. */
const QUIET = /^(due|heard|batch|tick|poll|polled|probe|opened|remember)$/;
const LOG = 100;
/** How often, at most, the status tells that something was heard. */
const TOLD = 1_000;

/** The three machines, and the sockets, timers and storage they ask for: each of their actions is a method, if needed. */
export class Connection {
    /** @param {import("./session.js").Session} session */
    constructor(session, entries, memory) {
        const { cursor } = session.state;
        this.session = session;
        this.now = clock();
        this.ladder = new Ladder({ memory, hasCursor: !!cursor, now: this.now(), wall: Date.now() });
        this.sequencer = new Sequencer(cursor ?? "0-0");
        this.outbox = new Outbox(entries);
        this.links = new Map();
        this.log = [];
        this.reconnects = this.toldAt = 0;
    }

    drive(machine, input) {
        if (this.isOver) return [];
        const done = this[machine].handle(input, this.now()).map((action) => {
            const [name, content] = word(action);
            if (machine === "ladder") this.note(name, content);
            return this[name]?.(content);
        });
        clearTimeout(this.timer);
        const deadline = earliest(this.ladder.deadline, this.sequencer.deadline, this.outbox.deadline);
        if (deadline !== undefined) this.timer = setTimeout(() => this.due(), deadline - this.now());
        return done;
    }

    climb(input) {
        this.note(...word(input));
        this.drive("ladder", input);
        if (this.hasNews || this.ladder.now - this.toldAt > TOLD) this.tellDetails();
    }

    put(input) {
        const done = this.drive("outbox", input);
        // What is on its way stays, and what is not here yet will not come: its tab has heard this by then.
        const { delete: id } = input;
        if (id && !this.outbox.find(id)) this.tell({ failed: { id, code: "discarded" } });
        if (!done.length && input !== "stranded") return;
        // Told when all of it is on the disk: what waits is what outlives the page.
        const written = (this.written = Promise.all([this.written, ...done]).then(() => {}));
        void written.then(() => written === this.written && this.tellOutbox());
    }

    order(input) {
        this.drive("sequencer", input);
    }

    /** Other tabs call too: timers of a page that has been hidden for long run once a minute. */
    due() {
        this.climb("due");
        this.order("due");
        this.put("due");
    }

    /** For good, and in silence: what stays in the outbox stays in the store. */
    end() {
        this.isOver = true;
        clearTimeout(this.timer);
        for (const link of this.links.values()) link.close();
    }

    note(name, content) {
        if (QUIET.test(name)) return;
        this.hasNews = true;
        this.log = [...this.log.slice(1 - LOG), { at: Date.now(), text: `${name} ${JSON.stringify(content) ?? ""}` }];
    }

    tell(news) {
        if (!this.isOver) this.session.tell(news);
    }

    tellOutbox() {
        const { outbox } = this;
        this.tell({ outbox: outbox.entries.map((entry) => ({ ...entry, isSent: outbox.isFlying(entry) })) });
    }

    tellDetails() {
        const { log, reconnects, ladder } = this;
        const { status, roundTrip, now, record, carrier } = ladder;
        const [name, content] = word(status);
        this.hasNews = false;
        this.toldAt = now;
        // In a time that all tabs know.
        const wall = Date.now() - now;
        const told = content > 0 && name !== "closed" ? { [name]: wall + content } : status;
        const { heartbeats = 0, lastByte } = carrier ?? {};
        const heardAt = carrier && wall + lastByte;
        this.tell({ details: { told, roundTrip, heardAt, heartbeats, reconnects, strikes: record.counts, log } });
    }

    open({ attempt, transport, probe }) {
        const { http, tab, state } = this.session;
        // What a closed one still says is not heard.
        const isOpen = () => this.links.has(attempt);
        const tell = (name, more) => isOpen() && this.climb({ [name]: { attempt, ...more } });
        const ended = (error) => {
            tell("ended", { end: endOf(error) });
            // A poll that has failed may be asked once more.
            if (!this.ladder.find(attempt)) this.close(attempt);
        };
        const link = openers[transport](http, {
            tell,
            ended,
            frame: (name, content) => isOpen() && this.frame(link, name, content),
            query: () => ({
                client: tab, signals: state.signalsTo, ...(probe ? { probe: 1 } : { cursor: this.sequencer.cursor }),
            }),
            polled: (body, retry_ms) => {
                this.read(attempt, body, epochOf(body.cursor));
                if (body.bye) this.frame(link, "bye", body.bye);
                else tell("polled", { empty: isEmpty(body), more: body.more, retry_ms });
            },
        });
        this.links.set(attempt, Object.assign(link, { attempt, tell, reads: !probe }));
        link.open().catch(ended);
    }

    close(attempt) {
        this.links.get(attempt)?.close();
        this.links.delete(attempt);
    }

    probe(attempt) {
        const link = this.links.get(attempt);
        if (link.isSocket) link.send({ probe: `${attempt}` });
        else void this.acknowledge(link, link.hello.seq).then((isAnswered) => isAnswered && link.tell("echoed"));
    }

    poll({ attempt, wait }) {
        this.links.get(attempt).poll(wait);
    }

    resume(attempt) {
        this.links.get(attempt).send({ resume: this.sequencer.cursor });
    }

    carry(attempt) {
        this.carrier = this.links.get(attempt);
        this.order({ carry: { attempt, acks: !this.carrier.poll } });
        this.put("carried");
    }

    remember(memory) {
        void this.session.store.put("memory", memory);
    }

    status(status) {
        if (status.live || status.suspect) return;
        if (this.carrier) this.reconnects += 1;
        this.carrier = undefined;
        this.order("stranded");
        this.put("stranded");
    }

    // Where packets vanish they are repeated ever later: asked anew, it is there sooner.
    async snapshot() {
        const leaving = new AbortController();
        const timer = setTimeout(() => leaving.abort(), TIMES.attempt);
        try {
            const response = await this.session.http.ask("/v1/sync", { body: null, signal: leaving.signal });
            clearTimeout(timer);
            const snapshot = await response.json();
            if (!this.ladder.is("snapshotting")) return;
            const { user, cursor } = snapshot;
            this.order({ snapshot: cursor });
            // What somebody else has left here unsent waits in the store until that user is back.
            this.outbox.entries = this.outbox.entries.filter((entry) => !entry.user || entry.user === user.id);
            this.tell({ snapshot });
            for (const entry of this.outbox.entries) void this.keep(entry);
            this.climb("snapshot_taken");
        } catch (error) {
            this.climb({ snapshot_failed: endOf(error) });
        }
    }

    frame(link, name, content) {
        const { attempt, tell } = link;
        switch (name) {
            case "hello":
                // Somebody else has signed in.
                if (content.user.id !== this.session.state.user?.id) return tell("reset", { spread_ms: 0 });
                // On a resumed probe it is the second one: from here on it is a stream.
                link.reads ||= !!link.hello;
                link.hello = content;
                if (link.reads) this.order({ hello: { attempt, epoch: content.epoch } });
                return tell("hello");
            case "batch":
                if (link.reads) this.read(attempt, content);
                return tell(isEmpty(content) ? "tick" : "batch");
            case "probe": return tell("echoed");
            case "bye":
                // `client` names this tab and nobody else, so it was replaced by a stream of its own: one that was given
                // up, and whose request came to the server late.
                if (content.code === "replaced") content = { reconnect: true };
            // fallthrough
            case "reset": return tell(name, content);
        }
        tell("heard");
        if (name === "reply") this.answer(content);
    }

    read(attempt, { from, to, events = [], signals, signals_full, signals_to }, epoch) {
        const { seq: before } = this.sequencer;
        this.order({ batch: { attempt, from, to, events, epoch } });
        // A gap has closed it.
        if (!this.links.has(attempt)) return;
        const { cursor } = this.sequencer;
        const { state } = this.session;
        state.signalsTo = signals_to ?? state.signalsTo;
        if (to <= before && !signals?.length && !signals_full) return;
        this.tell({ batch: { from: before, cursor, events, signals, signals_full, signals_to } });
        for (const { id, by, seq, at, room, data } of events) {
            if (by === state.user?.id) this.settle(id, { seq, at, room, number: data.number }, { event: id });
        }
    }

    gap(attempt) {
        this.links.get(attempt).tell("gap");
    }

    ack({ attempt, seq }) {
        const link = this.links.get(attempt);
        if (link?.isSocket) link.send({ ack: seq });
        else if (link?.hello) void this.acknowledge(link, seq);
    }

    /** On SSE by a request of its own. True if the server answered, well or ill. */
    acknowledge({ hello }, seq) {
        const ack = { op: "ack", connection: hello.connection, seq };
        return this.session.http.json("/v1/commands", ack).then(() => true, ({ status }) => !!status);
    }

    keep(entry) {
        const { store, state } = this.session;
        entry.user ??= state.user?.id;
        return store.put(entry.command.id, entry);
    }

    forget(id) {
        return this.session.store.put(id);
    }

    /** Told before the outbox forgets what it was. */
    settle(id, ok, input) {
        const { command } = this.outbox.find(id) ?? {};
        if (command) this.tell({ acknowledged: { command, ok } });
        this.put(input);
    }

    failed({ id }) {
        // By then `pending` says so.
        this.tellOutbox();
        this.tell({ failed: { id, ...this.outbox.find(id)?.failure } });
    }

    pass(command) {
        this.transmit([command]);
    }

    /** A tab that was asleep may have been replaced, and what it held may be settled: the store knows. */
    async send(ids) {
        const { store, tab, tabs } = this.session;
        const all = Tabs.canShare ? await store.all() : undefined;
        if (this.isOver) return;
        if (all && all.get("lease") !== tab) {
            // Whoever wrote it may be gone: that shows when the lock is asked for again.
            tabs.leave();
            return tabs.join();
        }
        const isOpen = (entry) => entry && !entry.failure && (!all || all.has(entry.command.id));
        const commands = ids.map((id) => this.outbox.find(id)).filter(isOpen).map(({ command }) => command);
        if (commands.length) this.transmit(commands);
    }

    transmit(commands) {
        if (!this.carrier) return;
        if (this.carrier.isSocket) return this.carrier.send({ command: commands });
        this.session.http.json("/v1/commands", commands).then(
            (answers) => answers.forEach((answer) => this.answer(answer)),
            // Without the server's word nothing is known: the outbox sends again in time.
            ({ status, problem: error }) => status && commands.forEach(({ id }) => this.answer({ id, error })));
    }

    /** @param {any} reply */
    answer({ id, ok, error }) {
        if (ok) this.settle(id, ok, { reply: { id, ok } });
        else if (id) this.put({ refused: { ...error, id } });
    }
}

const isEmpty = ({ events, signals }) => !events?.length && !signals?.length;
