package import ApusChat
package import ApusCore
import ApusWire
import struct Foundation.Data
import GRDB

extension SQLiteStore {
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

    /// The first seq whose messages a member may read back to.
    static func floor(_ room: Room, since: Int64) -> Int64 {
        switch room.history {
        case .all: 0
        case .joined: since
        }
    }

    static func messages(
        _ database: Database, _ room: Room, _ condition: String, _ arguments: [any DatabaseValueConvertible]
    ) throws -> [Message] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    \(Message.columns) WHERE message.room = ? \(condition)
                    """), arguments: StatementArguments([room.key.raw] + arguments)
        ).map { Message($0, in: room.slug) }
    }
}

extension Message {
    /// The columns that `init(_:in:)` reads, by position.
    static let columns = """
        SELECT message.number, message.seq, user.id, message.at, message.command_id, message.text, message.changed,
               message.reply_to, message.mentions, message.edited_at, message.deleted_at IS NOT NULL
        FROM message JOIN user ON user.key = message.by
        """

    init(_ row: Row, in room: String) {
        self.init(
            room: room, number: row[0], created: row[1], by: row[2], at: Timestamp(milliseconds: row[3]), id: row[4],
            text: row[5])
        seq = row[6]
        replyTo = row[7]
        mentions = (row[8] as String?)?.split(separator: ",").map(String.init) ?? []
        editedAt = (row[9] as Int64?).map { Timestamp(milliseconds: $0) }
        isDeleted = row[10]
    }
}
