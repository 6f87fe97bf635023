package import ApusCore
package import ApusWire

/// Rooms and who is in them, inside a write transaction.
package protocol RoomWriting: AnyObject {
    func room(named slug: String) throws -> Room?
    /// The room, and the seq at which the user's present stay began. Takes the same steps whether there is no such room
    /// or one that the user is not in: time must not tell which.
    func room(named slug: String, as user: UserKey) throws -> (room: Room, since: Int64?)?
    func room(_ key: RoomKey) throws -> Room?
    /// The direct room of these people, whose ids are in order and joined by commas.
    func room(ofPair pair: String) throws -> Room?
    func insertRoom(_ room: NewRoom, by: UserKey) throws -> Room
    /// Writes name, topic and history.
    func updateRoom(_ room: Room) throws
    func archiveRoom(_ room: RoomKey, at: Timestamp?) throws
    /// The seq at which the user's present stay began; nil for non-members.
    func stay(of user: UserKey, in room: RoomKey) throws -> Int64?
    /// The role of a present member; nil for others.
    func role(of user: UserKey, in room: RoomKey) throws -> RoomRole?
    func setRole(_ role: RoomRole, of user: UserKey, in room: RoomKey) throws
    /// Everything that the room holds by now counts as delivered and read: unread begins with joining.
    func beginStay(of user: UserKey, in room: RoomKey, as role: RoomRole, at seq: Int64) throws
    func endStay(of user: UserKey, in room: RoomKey, at seq: Int64) throws
    /// Whether an admin of the room can act as one: neither who is banned from the server, nor a webhook.
    func hasAdmin(_ room: RoomKey, besides: UserKey?) throws -> Bool
    /// The member who has been there longest: people before bots, and both before who is banned from the server; a
    /// webhook never. Nil when nobody else is there.
    func eldest(in room: RoomKey, besides: UserKey?) throws -> Account?
    func members(of room: RoomKey) throws -> [UserKey]
    func rooms(of user: UserKey) throws -> [RoomKey]

    func isBanned(_ user: UserKey, from room: RoomKey) throws -> Bool
    /// - Parameter at: nil lifts the ban.
    func ban(_ user: UserKey, from room: RoomKey, at: Timestamp?) throws

    /// The people of a direct room who do not see it yet.
    func participants(of room: RoomKey) throws -> [Identity]
    func insertParticipant(_ user: UserKey, in room: RoomKey) throws
    func removeParticipant(_ user: UserKey, from room: RoomKey) throws

    /// Moves the read cursor forward; never back. Returns where it stands.
    func read(_ number: Int64, in room: RoomKey, by user: UserKey) throws -> Int64
    /// Everything up to `seq` has arrived at some client of the user. Returns the rooms in which that was news.
    func delivered(upTo seq: Int64, to user: UserKey, in scope: Scope) throws -> [RoomKey]
    func progress(of user: UserKey, in room: RoomKey) throws -> (user: String, progress: Progress)?
    /// The least progress of all members who can read: not of who is banned from the server, nor of programs without
    /// a token, as webhooks are.
    func leastProgress(in room: RoomKey) throws -> Progress
}

/// A room as its member sees it in a snapshot.
package struct RoomEntry: Sendable {
    package let room: Room
    package let role: RoomRole
    /// The seq at which the present stay began.
    package let since: Int64
    package let read: Int64
    package let lastMessage: Message?
    package var notifications = Notifications.all
    /// How many messages past `read` mention the user, or everybody.
    package var mentions: Int64 = 0
    /// How many of the members are webhooks, which never read.
    package var hooks: Int64 = 0

    package init(room: Room, role: RoomRole, since: Int64, read: Int64, lastMessage: Message?) {
        self.room = room
        self.role = role
        self.since = since
        self.read = read
        self.lastMessage = lastMessage
    }
}

/// What a user sees, true at exactly `seq`.
package struct Snapshot: Sendable {
    package let seq: Int64
    package let rooms: [RoomEntry]
    /// Those who share a room with the user, and the user; by id, at most `limit` of them.
    package let users: [Acquaintance]
    /// The user's own, by name.
    package var settings = JSONObject()

    package init(seq: Int64, rooms: [RoomEntry], users: [Acquaintance]) {
        self.seq = seq
        self.rooms = rooms
        self.users = users
    }
}

/// A member as the others see them.
package struct Member: Sendable {
    package let user: Identity
    /// Nil for a person.
    package let program: Program?
    package let role: RoomRole
    package let since: Int64
    package let progress: Progress

    package init(user: Identity, program: Program?, role: RoomRole, since: Int64, progress: Progress) {
        self.user = user
        self.program = program
        self.role = role
        self.since = since
        self.progress = progress
    }
}

/// A part of a list, true at exactly `seq`.
package struct Page<Item: Sendable>: Sendable {
    package let seq: Int64
    package let items: [Item]
    package let hasMore: Bool

    /// - Parameter found: one more than `limit`, if there is more.
    package init(seq: Int64, found: [Item], limit: Int) {
        self.seq = seq
        items = Array(found.prefix(limit))
        hasMore = found.count > limit
    }
}

/// A room as somebody stands to it.
package struct RoomView: Sendable {
    package let seq: Int64
    package let room: Room
    /// Nil for who is not a member.
    package let entry: RoomEntry?

    package init(seq: Int64, room: Room, entry: RoomEntry?) {
        self.seq = seq
        self.room = room
        self.entry = entry
    }
}

/// Rooms and snapshots, as the routes read them. Blocks.
package protocol RoomReading: Sendable {
    func room(named slug: String) throws -> Room?
    /// Nil for a room that the user may not see, found out by the same steps as that there is none.
    func room(named slug: String, as user: UserKey) throws -> RoomView?
    func snapshot(for user: UserKey, maximumUsers: Int) throws -> Snapshot
    /// Those who share a room with the user, and the user, by id.
    func acquaintances(of user: UserKey, after id: String, limit: Int) throws -> Page<Acquaintance>
    /// Public rooms, by slug.
    func publicRooms(
        for user: UserKey, after slug: String, limit: Int, archived: Bool
    ) throws -> Page<(room: Room, isMember: Bool)>
    /// Members by user id.
    func members(of room: RoomKey, after id: String, limit: Int) throws -> Page<Member>
    /// Those who may not be in the room, by user id.
    func banned(from room: RoomKey, after id: String, limit: Int) throws -> Page<Identity>
}
