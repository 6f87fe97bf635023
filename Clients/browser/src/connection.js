import { clock } from "./clock.js";
import { endOf } from "./http.js";
import { Ladder } from "./ladder.js";
import { earliest, word } from "./numbers.js";
import { Outbox } from "./outbox.js";
import { Sequencer } from "./sequencer.js";
import { Tabs } from "./tabs.js";
import { eventStream, polling, webSocket } from "./transports.js";

const OPENERS = { websocket: webSocket, sse: eventStream, long_poll: polling, short_poll: polling };
/** What the log leaves out. */
const QUIET = ["due", "heard", "batch", "tick", "poll", "polled", "probe", "opened", "remember"];
const LOG = 100;
/** How late the status may tell that something was heard. */
const TOLD = 1_000;

/** The three machines, and the sockets, timers and storage they ask for: each of their actions is a method. */
export class Connection {
    /** @param {import("./session.js").Session} session */
    constructor(session, memory, entries) {
        const { cursor, signalsTo, user } = session.state;
        this.session = session;
        this.now = clock();
        this.signals = signalsTo;
        this.user = user;
        this.ladder = new Ladder({ memory, hasCursor: !!cursor, now: this.now(), wall: Date.now() });
        this.sequencer = new Sequencer(cursor ?? "0-0");
        this.outbox = new Outbox(entries);
        this.links = new Map();
        this.carrier = this.timer = this.applied = this.written = undefined;
        this.log = [];
        this.reconnects = -1;
        this.heardAt = this.toldAt = 0;
        this.isOver = this.hasNews = false;
    }

    drive(machine, input) {
        if (this.isOver) return [];
        const done = [];
        for (const action of this[machine].handle(input, this.now())) {
            const [name, content] = word(action);
            if (machine === "ladder") this.note(name, content);
            done.push(this[name](content));
        }
        this.schedule();
        return done;
    }

    climb(input) {
        this.note(...word(input));
        this.drive("ladder", input);
        if (this.hasNews || this.heardAt - this.toldAt > TOLD) this.tellStatus();
    }

    put(input) {
        const done = this.drive("outbox", input);
        if (!done.length && input !== "stranded") return;
        // Told when all of it is on the disk: what waits is what outlives the page.
        const written = (this.written = Promise.all([this.written, ...done]));
        void written.then(() => written === this.written && this.tellOutbox());
    }

    /** @returns {any} the events that are new; undefined where something is missing */
    order(input) {
        this.applied = [];
        this.drive("sequencer", input);
        return this.applied;
    }

    schedule() {
        clearTimeout(this.timer);
        const { ladder, sequencer, outbox } = this;
        const deadline = earliest(ladder.deadline, sequencer.deadline, outbox.deadline);
        if (deadline === undefined || this.isOver) return;
        this.timer = setTimeout(() => this.due(), deadline - this.now());
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
        if (QUIET.includes(name)) return;
        this.hasNews = true;
        this.log.push({ at: Date.now(), text: `${name} ${JSON.stringify(content) ?? ""}` });
    }

    tell(news) {
        if (!this.isOver) this.session.tell(news);
    }

    tellOutbox() {
        const { outbox } = this;
        this.tell({ outbox: outbox.entries.map((entry) => ({ ...entry, isSent: outbox.isFlying(entry) })) });
    }

    tellStatus() {
        const { ladder, reconnects, log, heardAt } = this;
        const { record, told, roundTrip, now } = ladder;
        const [name, content] = word(told);
        this.hasNews = false;
        this.toldAt = Date.now();
        log.splice(0, log.length - LOG);
        const strikes = {};
        for (const transport in record.strikes) {
            strikes[transport] = record.isAvoided(transport) ? 3 : record.strikes[transport].times.length;
        }
        // In a time that all tabs know.
        const status = content > 0 && name !== "closed" ? { [name]: Date.now() + content - now } : told;
        const { heartbeats = 0 } = this.links.get(this.carrier) ?? {};
        const counts = { reconnects: Math.max(reconnects, 0), heartbeats, strikes };
        this.tell({ status: { status, roundTrip, heardAt, ...counts, log: [...log] } });
    }

    open({ attempt, transport, probe }) {
        const { http, tab } = this.session;
        const tell = (name, more) => {
            if (!["ended", "opened"].includes(name)) this.heardAt = Date.now();
            if (name === "tick" || more?.empty) link.heartbeats += 1;
            this.climb({ [name]: { attempt, ...more } });
        };
        const link = OPENERS[transport](http, {
            tell,
            ended: (end) => tell("ended", { end }),
            frame: (name, content) => this.frame(link, name, content),
            query: () => {
                const { signals, sequencer } = this;
                return { signals, client: tab, ...(probe ? { probe: 1 } : { cursor: sequencer.cursor }) };
            },
            polled: (body, retry_ms) => {
                this.read(attempt, body, body.cursor.split("-")[0]);
                tell("polled", { empty: isEmpty(body), more: body.more, retry_ms });
                if (body.bye) tell("bye", body.bye);
            },
        });
        this.links.set(attempt, Object.assign(link, { attempt, tell, reads: !probe, heartbeats: 0 }));
        // Each tab for itself has no request that stays open: a browser has six connections for all of them.
        const opening = transport === "sse" && !Tabs.canShare ? Promise.reject({}) : link.open();
        opening.catch((error) => tell("ended", { end: endOf(error) }));
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
        const link = this.links.get(attempt);
        if (wait && !Tabs.canShare) queueMicrotask(() => link.tell("ended", { end: "lost" }));
        else link.poll(wait);
    }

    resume(attempt) {
        this.links.get(attempt).send({ resume: this.sequencer.cursor });
    }

    carry(attempt) {
        if (this.carrier === undefined) this.reconnects += 1;
        this.carrier = attempt;
        this.order({ carry: { attempt, acks: !this.links.get(attempt).poll } });
        this.put("carried");
    }

    remember(memory) {
        void this.session.store.put("state", "memory", memory);
    }

    status(status) {
        if (status.live || status.suspect) return;
        this.carrier = undefined;
        this.order("stranded");
        this.put("stranded");
    }

    async snapshot() {
        try {
            const snapshot = await this.session.http.json("/v1/sync");
            if (this.isOver || !this.ladder.is("snapshotting")) return;
            const { user, cursor, signals_to } = snapshot;
            this.signals = signals_to;
            this.user = user;
            this.order({ snapshot: cursor });
            // What somebody else has left here unsent waits in the store until that user is back.
            this.outbox.entries = this.outbox.entries.filter((entry) => !entry.user || entry.user === user.id);
            this.tell({ snapshot });
            this.climb("snapshot_taken");
        } catch (error) {
            this.climb({ snapshot_failed: endOf(error) });
        }
    }

    frame(link, name, content) {
        const { attempt, tell } = link;
        switch (name) {
            case "hello":
                // On a resumed probe it is the second one: from here on it is a stream.
                link.reads ||= !!link.hello;
                link.hello = content;
                if (link.reads) this.order({ hello: { attempt, epoch: content.epoch } });
                return tell("hello");
            case "batch":
                if (link.reads) this.read(attempt, content);
                return tell(isEmpty(content) ? "tick" : "batch");
            case "probe": return tell("echoed");
            case "reset":
            case "bye": return tell(name, content);
        }
        tell("heard");
        if (name === "reply") this.answer(content);
    }

    read(attempt, { from, to, events = [], signals = [], signals_full, signals_to }, epoch) {
        const { seq: before } = this.sequencer.position;
        const applied = this.order({ batch: { attempt, from, to, events, epoch } });
        if (!applied) return;
        if (signals_to) this.signals = signals_to;
        const { cursor, position } = this.sequencer;
        if (position.seq === before && !signals.length && !signals_full) return;
        this.tell({ batch: { from: before, cursor, events: applied, signals, signals_full, signals_to } });
        for (const { id, by, seq, at, room, data } of applied) {
            if (by === this.user?.id) this.settle(id, { seq, at, room, number: data.number }, { event: id });
        }
    }

    apply(events) {
        this.applied = events;
    }

    gap(attempt) {
        this.climb({ gap: { attempt } });
        this.applied = undefined;
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
        return this.session.store.put("outbox", entry.command.id, { user: this.user?.id, ...entry });
    }

    forget(id) {
        return this.session.store.put("outbox", id);
    }

    /** Told before the outbox forgets what it was. */
    settle(id, ok, input) {
        const { command } = this.outbox.find(id) ?? {};
        if (command) this.tell({ acknowledged: { command, ok } });
        this.put(input);
    }

    acknowledged() {}

    failed({ id }) {
        this.tell({ failed: { id, ...this.outbox.find(id)?.failure } });
    }

    pass(command) {
        this.transmit([command]);
    }

    /** A tab that was asleep may have been replaced, and what it held may be settled: the store knows. */
    async send(ids) {
        const { store, tab } = this.session;
        const kept = Tabs.canShare ? await store.kept(tab, ids) : ids;
        const entries = kept.map((id) => this.outbox.find(id)).filter((entry) => entry && !entry.failure);
        if (entries.length) this.transmit(entries.map(({ command }) => command));
    }

    transmit(commands) {
        if (this.carrier === undefined || this.isOver) return;
        const link = this.links.get(this.carrier);
        if (link.isSocket) return link.send({ command: commands });
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
