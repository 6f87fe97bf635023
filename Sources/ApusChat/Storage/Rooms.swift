package import ApusCore

/// Rooms and who is in them, inside a write transaction.
package protocol RoomWriting: AnyObject {
    func room(named slug: String) throws -> Room?
    func room(_ key: RoomKey) throws -> Room?
    func insertRoom(_ room: NewRoom, by: UserKey) throws -> Room
    /// The seq at which the user's present stay began; nil for non-members.
    func stay(of user: UserKey, in room: RoomKey) throws -> Int64?
    /// The role of a present member; nil for others.
    func role(of user: UserKey, in room: RoomKey) throws -> RoomRole?
    func beginStay(of user: UserKey, in room: RoomKey, as role: RoomRole, at seq: Int64) throws
    func endStay(of user: UserKey, in room: RoomKey, at seq: Int64) throws

    /// Moves the read cursor forward; never back. Returns where it stands.
    func read(_ number: Int64, in room: RoomKey, by user: UserKey) throws -> Int64
    /// Everything up to `seq` has arrived at some client of the user. Returns the rooms in which that was news.
    func delivered(upTo seq: Int64, to user: UserKey, in scope: Scope) throws -> [RoomKey]
    func progress(of user: UserKey, in room: RoomKey) throws -> (user: String, progress: Progress)?
    /// The least progress of all members.
    func leastProgress(in room: RoomKey) throws -> Progress
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

/// Rooms and snapshots, as the routes read them. Blocks.
package protocol RoomReading: Sendable {
    func room(named slug: String) throws -> Room?
    func snapshot(for user: UserKey, maximumUsers: Int) throws -> Snapshot
    /// Public rooms, by slug.
    func publicRooms(for user: UserKey) throws -> (seq: Int64, rooms: [(room: Room, isMember: Bool)])
}
