public import ApusWire

/// One order out of all transports: it applies what is new, drops what is not, notices what is missing, and says how
/// far things are applied.
///
/// A value without I/O, like `Ladder`. Frames of probes never reach it. Signals go past it: their greater `v` wins
/// wherever they come from.
public struct Sequencer: Sendable {
    public enum Input: Sendable {
        /// A stream's first word, which names the epoch to use from here on.
        case hello(attempt: Int, epoch: String)
        /// A batch; `epoch` from the `cursor` beside it where it is a poll's.
        case batch(attempt: Int, epoch: String?, from: Int64, to: Int64, events: [Event])
        /// The ladder's `carry`. Polls acknowledge by asking with the next cursor, so there `acks` is false.
        case carry(attempt: Int, acks: Bool)
        /// Nothing carries any more: there is nobody to acknowledge to.
        case stranded
        /// A snapshot was taken, true at this cursor.
        case snapshot(Cursor)
        case due
    }

    public enum Action: Sendable {
        /// Apply these, in this order, and store `cursor` together with them.
        case apply([Event])
        /// Something between the cursor and this attempt's batch is missing, or the batch contradicts itself: tell the
        /// ladder, which reads again from the cursor.
        case gap(attempt: Int)
        /// Acknowledge on this attempt.
        case ack(attempt: Int, seq: Int64)
    }

    static let eventsPerAck = 64
    static let longestUnacknowledged: Milliseconds = 1_000

    public private(set) var cursor: Cursor
    /// Epochs that another one has followed. What still tells of them, an old stream's late `hello`, must not bring them
    /// back: an epoch with a position past its end is no cursor. Attempts' numbers do not tell which epoch is newer, for
    /// a poll goes on over restarts of the server, beside streams that were opened after it.
    private var past: Set<String> = []
    private var carrier: Int?
    /// How far each stream has been sent. An ack past that would be an error, however far another one has come.
    private var sent: [Int: Int64] = [:]
    private var acknowledged: Int64
    private var unacknowledged = 0
    private var firstUnacknowledged: Milliseconds?

    public init(cursor: Cursor) {
        self.cursor = cursor
        acknowledged = cursor.seq
    }

    /// When to come back with `due`.
    public var deadline: Milliseconds? { firstUnacknowledged.map { $0 + Self.longestUnacknowledged } }

    public mutating func handle(_ input: Input, now: Milliseconds) -> [Action] {
        var actions: [Action] = []
        switch input {
        case .hello(_, let epoch): adopt(epoch)
        case .batch(let attempt, let epoch, let from, let to, let events):
            guard from <= cursor.seq, Self.isSound(from, to, events) else {
                // The ladder is about to close it.
                if carrier == attempt { carrier = nil }
                acknowledge(now, &actions)
                return actions + [.gap(attempt: attempt)]
            }
            if let epoch { adopt(epoch) }
            let new = events.drop { $0.seq <= cursor.seq }
            cursor.seq = max(cursor.seq, to)
            sent[attempt] = max(sent[attempt] ?? 0, to)
            unacknowledged += new.count
            if !new.isEmpty { actions.append(.apply(Array(new))) }
            let isHeartbeat = events.isEmpty && attempt == carrier
            acknowledge(evenIfNothingNew: isHeartbeat, now, &actions)
        case .carry(let attempt, let acks):
            carrier = acks ? attempt : nil
            sent = sent.filter { $0.key >= attempt }
            acknowledge(now, &actions)
        case .stranded:
            carrier = nil
            firstUnacknowledged = nil
        case .snapshot(let cursor):
            self.cursor = cursor
            past = []
            acknowledged = cursor.seq
            unacknowledged = 0
            firstUnacknowledged = nil
            sent = [:]
            carrier = nil
        case .due: acknowledge(now, &actions)
        }
        return actions
    }

    private mutating func adopt(_ epoch: String) {
        guard epoch != cursor.epoch, !past.contains(epoch) else { return }
        past.insert(cursor.epoch)
        cursor.epoch = epoch
    }

    private static func isSound(_ from: Int64, _ to: Int64, _ events: [Event]) -> Bool {
        var last = from
        for event in events {
            guard event.seq > last else { return false }
            last = event.seq
        }
        return last <= to
    }

    private mutating func acknowledge(
        evenIfNothingNew: Bool = false, _ now: Milliseconds, _ actions: inout [Action]
    ) {
        guard let carrier, let sent = sent[carrier] else { return firstUnacknowledged = nil }
        let seq = min(cursor.seq, sent)
        guard evenIfNothingNew || seq > acknowledged else { return firstUnacknowledged = nil }
        let since = firstUnacknowledged ?? now
        guard evenIfNothingNew || unacknowledged >= Self.eventsPerAck || now - since >= Self.longestUnacknowledged
        else { return firstUnacknowledged = since }
        acknowledged = max(acknowledged, seq)
        unacknowledged = 0
        firstUnacknowledged = nil
        actions.append(.ack(attempt: carrier, seq: seq))
    }
}
