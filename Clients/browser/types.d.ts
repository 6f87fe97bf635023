// What goes into the machines and comes out, written as in Protocol/vectors/README.md: a name, or an object with the name
// as its one key; and what passes between the parts of the shell and the tabs of one user. Times are milliseconds.

export type Transport = "websocket" | "sse" | "long_poll" | "short_poll";
/** Status: the answer was a problem of this protocol, or 429 or 503 from anybody. Lost: everything without a word. */
export type End = "lost" | { close: number } | { status: number | { code: number; retry_after_ms?: number } };
export type Memory = {
    worked: { [transport in Transport]?: number };
    failed: { [transport in Transport]?: number };
};

export type LadderInput =
    | "start" | "stop" | "credentials_renewed" | "snapshot_taken" | "offline" | "online" | "network_changed"
    | "visible" | "hidden" | "woke" | "due"
    | { opened: Of } | { hello: Of } | { echoed: Of } | { heard: Of } | { gap: Of } | { tick: Of } | { batch: Of }
    | { polled: Of & { empty: boolean; more?: boolean; retry_ms?: number } }
    | { bye: Of & { code: string; reconnect: boolean; spread_ms: number } }
    | { reset: Of & { spread_ms: number } }
    | { ended: Of & { end: End } }
    | { snapshot_failed: End };
type Of = { attempt: number };

export type LadderAction =
    | { open: { attempt: number; transport: Transport; probe?: true } }
    | { close: number } | { probe: number } | { resume: number } | { carry: number }
    | { poll: { attempt: number; wait: number } }
    | "snapshot" | { remember: Memory } | { status: Status };

export type Status =
    | "idle" | "connecting" | { live: Transport } | { suspect: Transport }
    | "reconnecting" | { reconnecting: number } | "offline" | { offline: number }
    | "needs_credentials" | { closed: string | number };

export type Event = {
    seq: number; type: string; room?: string; by: string; at: string; id?: string; data: { [name: string]: any };
};
export type SequencerInput =
    | { hello: Of & { epoch: string } }
    | { batch: Of & { from: number; to: number; events?: Event[]; epoch?: string } }
    | { carry: Of & { acks: boolean } } | { snapshot: string } | "stranded" | "due";
export type SequencerAction = {
    apply?: Event[]; gap?: number; ack?: { attempt: number; seq: number };
};

export type Command = { id: string; op: string; room?: string; [field: string]: any };
export type Failure = { code: string; detail: string };
/** As stored; `user` wrote it, if that was known. */
export type Entry = { place: number; command: Command; failure?: Failure; user?: string };
export type OutboxInput =
    | { add: Command } | { reply: { id: string; ok: { [name: string]: any } } }
    | { refused: { id: string; retryable: boolean; retry_after_ms?: number } & Failure }
    | { event: string } | { retry: string } | { delete: string } | "carried" | "stranded" | "due";
export type OutboxAction =
    | { keep: Entry } | { forget: string } | { send: string[] } | { pass: Command }
    | { acknowledged: string | { id: string; ok: any } } | { failed: { id: string; code: string } };

export type Problem = {
    code: string; detail?: string; title?: string; status?: number; retryable?: boolean; retry_after_ms?: number;
};
/** `kind` is `bot` or `hook`; absent for people. */
export type Person = { id: string; name: string; display_name: string; kind?: string };
/** One of the user's rooms, as `/v1/sync` has it. `head` is its last message's number; unread are `head - read`. */
export type Room = {
    room: string; kind: string; name: string; topic: string; role?: string; head: number; read: number; seq: number;
    mentions: number; members: number; hooks?: number; last_message?: { number: number; [field: string]: any } | null;
    archived?: boolean; [field: string]: any;
};
/** `typing`, `presence`, `receipt` or `receipts`; for one (type, room, user) the greater `v` wins. */
export type Signal = { type: string; room?: string; user?: string; value: any; at: string; v: number; [field: string]: any };
export type Snapshot = {
    cursor: string; user: Person; rooms: Room[]; users: Person[]; signals?: Signal[]; signals_to?: string;
};
/** What a leading tab passes on: the events past `from`, which bring the reader to `cursor`. */
export type Passed = {
    from: number; cursor: string; events?: Event[]; signals?: Signal[]; signals_full?: boolean; signals_to?: string;
};

/** Times in `status` are since 1970 here. */
export type Details = {
    told: Status; roundTrip?: number; heardAt?: number; reconnects: number; heartbeats: number; strikes: { [transport in Transport]?: number };
    log: { at: number; text: string }[];
};
export type ChatStatus = Omit<Details, "told"> & {
    state: "idle" | "connecting" | "live" | "suspect" | "reconnecting" | "offline" | "needs_credentials" | "closed";
    waiting: number; cursor?: string; transport?: Transport; nextTry?: number; reason?: string | number;
};
export type Pending = {
    id: string; op: string; room?: string; command: Command; state: "queued" | "sent" | "acknowledged" | "failed";
    error?: Failure;
};

declare global {
    // Not in every browser, and not in TypeScript's description of them.
    interface Navigator {
        connection?: EventTarget;
    }
}
