package import ApusChat
package import ApusCore
import ApusWire
import struct Foundation.Data
import GRDB

extension SQLiteStore {
    package func identity(tokenHash: [UInt8]) throws -> Identity? {
        try pool.read { database in
            try Row.fetchOne(
                database.cachedStatement(
                    sql: """
                        SELECT user.key, user.id, user.name, user.display_name
                        FROM token JOIN user ON user.key = token.user WHERE token.hash = ?
                        """), arguments: [Data(tokenHash)]
            ).map(Identity.init)
        }
    }

    package func room(named slug: String) throws -> Room? {
        try pool.read { try Room.find($0, slug: slug) }
    }

    package func publicRooms(for user: UserKey) throws -> (seq: Int64, rooms: [(room: Room, isMember: Bool)]) {
        try pool.read { database in
            let rows = try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        \(Room.columns), member.since FROM room LEFT JOIN member ON member.room = room.key AND member.user = ?
                        WHERE room.kind = 'public' ORDER BY room.slug
                        """), arguments: [user.raw])
            return (try Self.head(database), rows.map { (Room($0), !($0["since"] as DatabaseValue).isNull) })
        }
    }

    package func snapshot(for user: UserKey, maximumUsers: Int) throws -> Snapshot {
        try pool.read { database in
            let rows = try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        \(Room.columns), member.since, member.read, member.role FROM room JOIN member ON member.room = room.key
                        WHERE member.user = ? AND member.since IS NOT NULL ORDER BY room.slug
                        """), arguments: [user.raw])
            let entries = try rows.map { row in
                let room = Room(row)
                let last = try Self.messages(
                    database, room, "AND number <= ? AND seq >= ? ORDER BY number DESC LIMIT 1",
                    [room.head, Self.floor(room, since: row["since"])])
                let role: String = row["role"]
                return RoomEntry(
                    room: room, role: RoomRole(rawValue: role) ?? .member, read: row["read"], lastMessage: last.first)
            }
            let users = try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT key, id, name, display_name FROM user WHERE key = ?1 OR key IN (
                            SELECT other.user FROM member AS mine JOIN member AS other ON other.room = mine.room
                            WHERE mine.user = ?1 AND mine.since IS NOT NULL AND other.since IS NOT NULL)
                        ORDER BY key LIMIT ?2
                        """), arguments: [user.raw, maximumUsers])
            return Snapshot(seq: try Self.head(database), rooms: entries, users: users.map(Identity.init))
        }
    }

    package func history(
        of key: RoomKey, for user: UserKey, at anchor: HistoryAnchor, limit: Int
    ) throws -> HistoryPage? {
        try pool.read { database in
            guard
                let since = try Int64.fetchOne(
                    database.cachedStatement(sql: "SELECT since FROM member WHERE room = ? AND user = ?"),
                    arguments: [key.raw, user.raw]), let room = try Room.find(database, key: key)
            else { return nil }
            let floor = Self.floor(room, since: since)
            func older(than number: Int64, _ limit: Int) throws -> [Message] {
                try Self.messages(
                    database, room, "AND number < ? AND seq >= ? ORDER BY number DESC LIMIT ?",
                    [number, floor, limit + 1])
            }
            func newer(than number: Int64, _ limit: Int) throws -> [Message] {
                try Self.messages(
                    database, room, "AND number > ? AND seq >= ? ORDER BY number LIMIT ?", [number, floor, limit + 1])
            }
            var before: [Message] = []
            var after: [Message] = []
            var beforeLimit = limit
            var afterLimit = limit
            switch anchor {
            case .end: before = try older(than: .max, limit)
            case .before(let number): before = try older(than: number, limit)
            case .after(let number): after = try newer(than: number, limit)
            case .around(let number):
                beforeLimit = limit / 2
                afterLimit = limit - beforeLimit
                before = try older(than: number, beforeLimit)
                after = try newer(than: number - 1, afterLimit)
            }
            let messages = before.prefix(beforeLimit).reversed() + after.prefix(afterLimit)
            // On an empty page the anchor itself is where the page would be.
            let (first, last): (Int64, Int64) =
                switch anchor {
                case .end: (room.head + 1, room.head)
                case .before(let number): (number, number - 1)
                case .after(let number): (number + 1, number)
                case .around(let number): (number, number - 1)
                }
            let start = messages.first?.number ?? first
            let end = messages.last?.number ?? last
            return HistoryPage(
                seq: try Self.head(database), messages: Array(messages),
                hasMoreBefore: try !older(than: start, 0).isEmpty, hasMoreAfter: try !newer(than: end, 0).isEmpty)
        }
    }

    package func receipts(in rooms: [RoomKey]) throws -> [SignalDraft] {
        try pool.read { database in
            var drafts: [SignalDraft] = []
            for key in rooms {
                guard let room = try Room.find(database, key: key) else { continue }
                let rows = try Row.fetchAll(
                    database.cachedStatement(
                        sql: """
                            SELECT member.user, user.id, member.delivered, member.read
                            FROM member JOIN user ON user.key = member.user
                            WHERE member.room = ? AND member.since IS NOT NULL AND member.delivered > 0
                            """), arguments: [key.raw])
                if room.memberCount > smallRoomMembers {
                    let least = try Progress.least(database, in: key)
                    // Nothing is told of a room at rest: that is what absence means.
                    if least.delivered > 0 { drafts.append(.receipts(room, least, at: Timestamp(milliseconds: 0))) }
                } else {
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

    /// The first seq whose messages a member may read back to.
    private static func floor(_ room: Room, since: Int64) -> Int64 {
        switch room.history {
        case .all: 0
        case .joined: since
        }
    }

    private static func messages(
        _ database: Database, _ room: Room, _ condition: String, _ arguments: [any DatabaseValueConvertible]
    ) throws -> [Message] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT message.number, message.seq, user.id, message.at, message.command_id, message.text
                    FROM message JOIN user ON user.key = message.by WHERE message.room = ? \(condition)
                    """), arguments: StatementArguments([room.key.raw] + arguments)
        ).map {
            Message(
                room: room.slug, number: $0[0], seq: $0[1], by: $0[2], at: Timestamp(milliseconds: $0[3]), id: $0[4],
                text: $0[5])
        }
    }
}

extension Identity {
    init(_ row: Row) { self.init(key: UserKey(row[0]), id: row[1], name: row[2], displayName: row[3]) }
}
