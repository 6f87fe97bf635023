package import ApusCore
package import ApusWire

/// The disk did not take a write, or did not give what was asked. The transaction has not happened.
package struct StorageFailure: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// What a savepoint's body left behind can only be taken back by running the whole transaction again. Thrown through
/// `write`'s body, which lets it pass.
package struct TransactionRestart: Error {
    package init() {}
}

/// A command that succeeded once, as it is kept for ever.
package struct RememberedCommand: Sendable {
    package let hash: [UInt8]
    /// The reply's `ok`, one JSON object.
    package let reply: [UInt8]

    package init(hash: [UInt8], reply: [UInt8]) {
        self.hash = hash
        self.reply = reply
    }
}

/// One write transaction, as commands see it. Used on the writer's thread only, and only inside `write`.
/// Methods throw `StorageFailure` when the disk refuses, and that ends the whole group.
package protocol ChatTransaction: AnyObject {
    /// Runs `body` so that its changes vanish if it throws, and no others.
    func savepoint<T>(_ body: () throws -> T) throws -> T
    /// The seq of the last event, those of this transaction included.
    var head: Int64 { get }
    func append(_ event: LogEvent, by: UserKey) throws
    /// Writes something that changes nothing, to learn whether the disk takes writes again.
    func touch() throws

    func remembered(_ id: String, of user: UserKey) throws -> RememberedCommand?
    func remember(_ command: RememberedCommand, id: String, of user: UserKey) throws

    func room(named slug: String) throws -> Room?
    func room(_ key: RoomKey) throws -> Room?
    func insertRoom(slug: String, name: String, topic: String, history: RoomHistory, by: UserKey) throws -> Room
    /// The seq at which the user's present stay began; nil for non-members.
    func stay(of user: UserKey, in room: RoomKey) throws -> Int64?
    func beginStay(of user: UserKey, in room: RoomKey, as role: RoomRole, at seq: Int64) throws
    func endStay(of user: UserKey, in room: RoomKey, at seq: Int64) throws
    /// Takes the room's next message number: no gap, no repeat.
    func takeNumber(in room: RoomKey) throws -> Int64
    func insertMessage(_ message: Message, in room: RoomKey, by: UserKey) throws

    /// Moves the read cursor forward; never back. Returns where it stands.
    func read(_ number: Int64, in room: RoomKey, by user: UserKey) throws -> Int64
    /// Everything up to `seq` has arrived at some client of the user. Returns the rooms in which that was news.
    func delivered(upTo seq: Int64, to user: UserKey, in scope: Scope) throws -> [RoomKey]
    func progress(of user: UserKey, in room: RoomKey) throws -> (user: String, progress: Progress)?
    /// The least progress of all members.
    func leastProgress(in room: RoomKey) throws -> Progress

    @discardableResult
    func insertUser(_ user: NewUser) throws -> UserKey
    func user(named name: String) throws -> Identity?
    func insertToken(hash: [UInt8], of user: UserKey, at: Timestamp) throws
}

/// A room as its member sees it in a snapshot.
package struct RoomEntry: Sendable {
    package let room: Room
    package let role: RoomRole
    package let read: Int64
    package let lastMessage: Message?

    package init(room: Room, role: RoomRole, read: Int64, lastMessage: Message?) {
        self.room = room
        self.role = role
        self.read = read
        self.lastMessage = lastMessage
    }
}

/// What a user sees, true at exactly `seq`.
package struct Snapshot: Sendable {
    package let seq: Int64
    package let rooms: [RoomEntry]
    /// Those who share a room with the user, and the user; at most `limit` of them.
    package let users: [Identity]

    package init(seq: Int64, rooms: [RoomEntry], users: [Identity]) {
        self.seq = seq
        self.rooms = rooms
        self.users = users
    }
}

package enum HistoryAnchor: Sendable, Equatable {
    case end
    case before(Int64)
    case after(Int64)
    case around(Int64)
}

package struct HistoryPage: Sendable {
    package let seq: Int64
    package let messages: [Message]
    package let hasMoreBefore: Bool
    package let hasMoreAfter: Bool

    package init(seq: Int64, messages: [Message], hasMoreBefore: Bool, hasMoreAfter: Bool) {
        self.seq = seq
        self.messages = messages
        self.hasMoreBefore = hasMoreBefore
        self.hasMoreAfter = hasMoreAfter
    }
}

/// The database: the log, and the chat state that is written in the same transactions. Reads block.
package protocol ChatStore: Log, SignalSource {
    /// Runs `body` in one transaction that is on the disk when this returns (fsync included). It may be run twice: what
    /// the first run did has not happened then. Returns how long the commit took. Throws `StorageFailure` when it did not happen.
    func write(_ body: (any ChatTransaction) throws -> Void) throws -> Duration

    func identity(tokenHash: [UInt8]) throws -> Identity?
    func room(named slug: String) throws -> Room?
    func snapshot(for user: UserKey, maximumUsers: Int) throws -> Snapshot
    /// Public rooms, by slug.
    func publicRooms(for user: UserKey) throws -> (seq: Int64, rooms: [(room: Room, isMember: Bool)])
    /// Nil when the user is not a member.
    func history(of room: RoomKey, for user: UserKey, at anchor: HistoryAnchor, limit: Int) throws -> HistoryPage?
}
