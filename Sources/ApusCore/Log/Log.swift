package import ApusWire

/// One life of the log's writer: it begins with every start.
package struct Epoch: Sendable, Hashable {
    package let name: String
    /// The seq that the first event of this epoch has or would have.
    package let firstSeq: Int64

    package init(name: String, firstSeq: Int64) {
        self.name = name
        self.firstSeq = firstSeq
    }
}

/// What one read of the log found.
package struct LogPage: Sendable {
    package let events: [EncodedEvent]
    /// Everything visible up to here is in `events`.
    package let through: Int64

    package init(events: [EncodedEvent], through: Int64) {
        self.events = events
        self.through = through
    }
}

/// The durable log as its readers see it: the port that a storage engine fills.
/// Calls block; the hub makes them on threads of its own. What they return is committed.
package protocol Log: Sendable {
    /// Every epoch, oldest first; the last is the current one.
    func epochs() throws -> [Epoch]

    /// The seq of the last committed event; 0 for an empty log.
    func head() throws -> Int64

    /// The events in `(after, through]` that the visibility and the scope let through, in order:
    /// at most `limit` of them, at least one if there is one, and no more once they pass `bytes`.
    func events(
        visibleTo visibility: Visibility, in scope: Scope, after: Int64, through: Int64, limit: Int, bytes: Int
    ) throws -> LogPage

    /// All stays of a user, and the head of the log at the moment of reading.
    func visibility(of user: UserKey) throws -> (visibility: Visibility, head: Int64)
}

/// The list of epochs, and what it says about cursors.
package struct Epochs: Sendable {
    package let list: [Epoch]

    /// The list must not be empty: a log has an epoch as soon as it is opened for writing.
    package init(_ list: [Epoch]) {
        precondition(!list.isEmpty, "a log without an epoch")
        self.list = list
    }

    package var current: Epoch { list[list.count - 1] }

    /// Why a cursor cannot be continued, when the last event is `head`; nil when it can.
    package func refusal(of cursor: Cursor, head: Int64, maximumCatchUp: Int64) -> Reset.Reason? {
        guard let index = list.lastIndex(where: { $0.name == cursor.epoch }) else { return .unknownEpoch }
        let end = index + 1 < list.count ? list[index + 1].firstSeq - 1 : head
        if cursor.seq > end { return .ahead }
        if maximumCatchUp > 0, head - cursor.seq > maximumCatchUp { return .tooOld }
        return nil
    }
}
