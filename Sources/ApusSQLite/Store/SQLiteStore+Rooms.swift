package import ApusChat
package import ApusCore
import ApusWire
import struct Foundation.Data
import GRDB

extension SQLiteStore {
    package func room(named slug: String) throws -> Room? {
        try pool.read { try Room.find($0, slug: slug) }
    }

    package func room(named slug: String, as user: UserKey) throws -> RoomView? {
        try pool.read { database in
            let row = try Row.fetchOne(
                database.cachedStatement(
                    sql: """
                        \(Room.columns), member.since, member.read, member.role, member.notifications FROM room
                        LEFT JOIN member ON member.room = room.key AND member.user = ? WHERE room.slug = ?
                        """), arguments: [user.raw, slug])
            guard let row else { return nil }
            let room = Room(row)
            let isMember = row["since"] as Int64? != nil
            guard isMember || room.kind == .public else { return nil }
            return RoomView(
                seq: try Self.head(database), room: room,
                entry: isMember ? try Self.entry(database, row, for: user) : nil)
        }
    }

    package func publicRooms(
        for user: UserKey, after slug: String, limit: Int, archived: Bool
    ) throws -> Page<(room: Room, isMember: Bool)> {
        try pool.read { database in
            let rows = try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        \(Room.listColumns), member.since FROM \(Room.roomsWithTail)
                        LEFT JOIN member ON member.room = room.key AND member.user = ?
                        WHERE room.kind = 'public' AND room.slug > ? AND (? OR room.archived_at IS NULL)
                        ORDER BY room.slug LIMIT ?
                        """), arguments: [user.raw, slug, archived, limit + 1])
            return Page(
                seq: try Self.head(database), found: rows.map { (Room($0), $0["since"] as Int64? != nil) }, limit: limit
            )
        }
    }

    package func members(of room: RoomKey, after id: String, limit: Int) throws -> Page<Member> {
        try pool.read { database in
            let rows = try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT user.key, user.id, user.name, user.display_name, member.role, member.since,
                            member.delivered, member.read, \(Program.column)
                        FROM member JOIN user ON user.key = member.user
                        WHERE member.room = ? AND member.since IS NOT NULL AND user.id > ? ORDER BY user.id LIMIT ?
                        """), arguments: [room.raw, id, limit + 1])
            return Page(seq: try Self.head(database), found: rows.map(Member.init), limit: limit)
        }
    }

    package func banned(from room: RoomKey, after id: String, limit: Int) throws -> Page<Identity> {
        try pool.read { database in
            let rows = try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT user.key, user.id, user.name, user.display_name
                        FROM member JOIN user ON user.key = member.user
                        WHERE member.room = ? AND member.banned_at IS NOT NULL AND user.id > ? ORDER BY user.id LIMIT ?
                        """), arguments: [room.raw, id, limit + 1])
            return Page(seq: try Self.head(database), found: rows.map(Identity.init), limit: limit)
        }
    }

    package func acquaintances(of user: UserKey, after id: String, limit: Int) throws -> Page<Acquaintance> {
        try pool.read { database in
            Page(
                seq: try Self.head(database),
                found: try Self.acquaintances(database, of: user, after: id, limit: limit + 1), limit: limit)
        }
    }

    package func snapshot(for user: UserKey, maximumUsers: Int) throws -> Snapshot {
        try pool.read { database in
            let rows = try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        \(Room.listColumns), member.since, member.read, member.role, member.notifications
                        FROM \(Room.roomsWithTail) JOIN member ON member.room = room.key
                        WHERE member.user = ? AND member.since IS NOT NULL ORDER BY room.slug
                        """), arguments: [user.raw])
            var snapshot = Snapshot(
                seq: try Self.head(database), rooms: try rows.map { try Self.entry(database, $0, for: user) },
                users: try Self.acquaintances(database, of: user, after: "", limit: maximumUsers))
            snapshot.settings = try Self.settings(database, of: user)
            return snapshot
        }
    }

    /// A member's own view of a room.
    private static func entry(_ database: Database, _ row: Row, for user: UserKey) throws -> RoomEntry {
        let room = Room(row)
        let role: String = row["role"]
        let floor = floor(room, since: row["since"])
        let last = try messages(database, room, room.head...room.head).filter { $0.created >= floor }
        var entry = RoomEntry(
            room: room, role: RoomRole(rawValue: role) ?? .member, since: row["since"], read: row["read"],
            lastMessage: try withReactions(database, last, for: user).first)
        entry.notifications = Notifications(rawValue: row["notifications"]) ?? .all
        entry.hooks = try Hook.memberCount(database, in: room.key)
        entry.mentions = try unreadMentions(database, of: user, in: room.key, after: entry.read, since: row["since"])
        return entry
    }

    /// The people in one's rooms, and those of one's direct rooms who do not see them yet.
    private static func acquaintances(
        _ database: Database, of user: UserKey, after id: String, limit: Int
    ) throws -> [Acquaintance] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT key, id, name, display_name, \(Program.column) FROM user WHERE id > ?2 AND (key = ?1 OR key IN (
                        SELECT other.user FROM member AS mine JOIN member AS other ON other.room = mine.room
                        WHERE mine.user = ?1 AND mine.since IS NOT NULL AND other.since IS NOT NULL
                        UNION SELECT participant.user FROM member AS mine
                        JOIN participant ON participant.room = mine.room
                        WHERE mine.user = ?1 AND mine.since IS NOT NULL))
                    ORDER BY id LIMIT ?3
                    """), arguments: [user.raw, id, limit]
        ).map { Acquaintance(user: Identity($0), program: Program($0)) }
    }

    package func receipts(in rooms: [RoomKey]) throws -> [SignalDraft] {
        try pool.read { database in
            var drafts: [SignalDraft] = []
            for key in rooms {
                guard let room = try Room.find(database, key: key) else { continue }
                if room.memberCount > smallRoomMembers {
                    let least = try Progress.least(database, in: key)
                    // Nothing is told of a room at rest: that is what absence means.
                    if least.delivered > 0 { drafts.append(.receipts(room, least, at: Timestamp(milliseconds: 0))) }
                } else {
                    let rows = try Row.fetchAll(
                        database.cachedStatement(
                            sql: """
                                SELECT member.user, user.id, member.delivered, member.read
                                FROM member JOIN user ON user.key = member.user
                                WHERE member.room = ? AND member.since IS NOT NULL AND member.delivered > 0
                                """), arguments: [key.raw])
                    drafts += rows.map {
                        .receipt(
                            room, UserKey($0[0]), $0[1], Progress(delivered: $0[2], read: $0[3]),
                            at: Timestamp(milliseconds: 0))
                    }
                }
            }
            return drafts
        }
    }
}

extension Member {
    init(_ row: Row) {
        let role: String = row[4]
        self.init(
            user: Identity(row), program: Program(row), role: RoomRole(rawValue: role) ?? .member, since: row[5],
            progress: Progress(delivered: row[6], read: row[7]))
    }
}
