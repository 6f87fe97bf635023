package import ApusCore
package import ApusWire

/// What a running command may use. Lives for one command on the writer's thread.
package final class CommandContext {
    package let store: any ChatTransaction
    /// Nil where it is no command that runs but a job: those are done without a server, too.
    package let hub: Hub?
    package let user: Identity
    package let id: String?
    package let at: Timestamp
    package let limits: ChatLimits
    /// What happened, in order; told to the world after the commit.
    package private(set) var events: [LogEvent] = []
    /// Earlier events in the form that they have from now on.
    package var purged: [EncodedEvent] = []
    package var signals: [SignalDraft] = []
    /// Members whose receipts are to be told anew.
    package var receipts: Set<MemberKey> = []
    /// Told to the hub after the commit.
    package var afterCommit: [@Sendable (Hub) -> Void] = []

    /// What was done, where it is no command's run but a job's.
    package var effects: WriteJob.Effects { WriteJob.Effects(events: events, receipts: receipts) }

    init(store: any ChatTransaction, hub: Hub?, user: Identity, id: String?, at: Timestamp, limits: ChatLimits) {
        self.store = store
        self.hub = hub
        self.user = user
        self.id = id
        self.at = at
        self.limits = limits
    }

    /// For a job, which is no command of anybody.
    package convenience init(store: any ChatTransaction, user: Identity, at: Timestamp) {
        self.init(store: store, hub: nil, user: user, id: nil, at: at, limits: ChatLimits())
    }

    /// Appends an event of a room to the log and returns its seq.
    /// - Parameter message: whom it concerns; where history begins with one's joining, who did not see the message
    ///   hears nothing of it.
    @discardableResult
    package func append(
        _ type: String, in room: Room, number: Int64? = nil, membership: MembershipChange? = nil,
        about message: Message? = nil, data: (inout JSONWriter) -> Void
    ) throws -> Int64 {
        try append(
            LogEvent(
                seq: store.head + 1, audience: .room(room.key), type: type, room: room.slug, by: user.id, at: at,
                id: id, data: Self.object(data), number: number, membership: membership, about: message?.created,
                witness: room.history == .joined ? message?.created : nil))
    }

    /// Appends an event that belongs to no room: for everybody, or for one user.
    @discardableResult
    package func append(_ type: String, for audience: Audience, data: (inout JSONWriter) -> Void) throws -> Int64 {
        try append(
            LogEvent(
                seq: store.head + 1, audience: audience, type: type, room: nil, by: user.id, at: at, id: id,
                data: Self.object(data)))
    }

    private func append(_ event: LogEvent) throws -> Int64 {
        try store.append(event, by: user.key)
        events.append(event)
        return event.seq
    }

    private static func object(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: 128)
        writer.object(members)
        return writer.bytes
    }
}

package struct MemberKey: Sendable, Hashable {
    package let room: RoomKey
    package let user: UserKey

    package init(room: RoomKey, user: UserKey) {
        self.room = room
        self.user = user
    }
}
