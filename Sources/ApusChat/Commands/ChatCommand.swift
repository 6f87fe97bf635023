package import ApusCore
package import ApusWire

/// A decoded command: its fields, and what it does. Adding one is a file here and a line in `chatCommands`.
package protocol ChatCommand: Sendable {
    static var op: String { get }
    /// Whether its success is kept with its id, so that a repeat gets the first reply.
    static var isRemembered: Bool { get }
    init(_ fields: Fields) throws
    /// The known fields in a fixed order: two commands of one id are the same if these are.
    var content: JSONValue { get }
    /// Validates, changes, and returns the reply's `ok`. Throws a `Problem` for what the client can mend.
    func run(in context: CommandContext) throws -> JSONObject
}

extension ChatCommand {
    package static var isRemembered: Bool { true }
}

package let chatCommands: [String: any ChatCommand.Type] = Dictionary(
    uniqueKeysWithValues: ([
        RoomCreate.self, RoomJoin.self, RoomLeave.self, MessagePost.self, Read.self, Typing.self, Presence.self,
        Ack.self,
    ] as [any ChatCommand.Type]).map { ($0.op, $0) })

/// What a running command may use. Lives for one command on the writer's thread.
package final class CommandContext {
    package let store: any ChatTransaction
    package let hub: Hub
    package let user: Identity
    package let id: String?
    package let at: Timestamp
    package let limits: ChatLimits
    /// What happened, in order; told to the world after the commit.
    package private(set) var events: [LogEvent] = []
    package var signals: [SignalDraft] = []
    /// Members whose receipts are to be told anew.
    package var receipts: Set<MemberKey> = []
    /// Told to the hub after the commit.
    package var afterCommit: [@Sendable (Hub) -> Void] = []

    init(store: any ChatTransaction, hub: Hub, user: Identity, id: String?, at: Timestamp, limits: ChatLimits) {
        self.store = store
        self.hub = hub
        self.user = user
        self.id = id
        self.at = at
        self.limits = limits
    }

    /// Appends an event of a room to the log and returns its seq.
    @discardableResult
    package func append(
        _ type: String, in room: Room, number: Int64? = nil, membership: MembershipChange? = nil,
        data: (inout JSONWriter) -> Void
    ) throws -> Int64 {
        var writer = JSONWriter(capacity: 128)
        writer.object(data)
        let event = LogEvent(
            seq: store.head + 1, audience: .room(room.key), type: type, room: room.slug, by: user.id, at: at, id: id,
            data: writer.bytes, number: number, membership: membership)
        try store.append(event, by: user.key)
        events.append(event)
        return event.seq
    }

    /// A room that the user may see.
    package func room(_ slug: String) throws -> Room {
        guard let room = try store.room(named: slug) else {
            throw Problem(.noSuchRoom, "There is no room \"\(slug.prefix(64))\", or you may not see it.")
        }
        return room
    }

    /// A room that the user is a member of.
    package func memberRoom(_ slug: String) throws -> Room {
        let room = try room(slug)
        guard try store.stay(of: user.key, in: room.key) != nil else {
            throw Problem(.notAMember, "You are not a member of \"\(room.slug)\"; join it with room.join first.")
        }
        return room
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

/// What one user may do; 0 means no limit.
package struct ChatLimits: Sendable {
    /// Unicode scalars in a message.
    package var textLength = 10_000
    package var commandsPerSecond = 20
    package var commandBurst = 60

    package init() {}
}
