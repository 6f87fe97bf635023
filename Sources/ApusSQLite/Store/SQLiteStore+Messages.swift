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
                    database, room, "AND message.number < ? AND message.seq >= ? ORDER BY message.number DESC LIMIT ?",
                    [number, floor, limit + 1])
            }
            func newer(than number: Int64, _ limit: Int) throws -> [Message] {
                try Self.messages(
                    database, room, "AND message.number > ? AND message.seq >= ? ORDER BY message.number LIMIT ?",
                    [number, floor, limit + 1])
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
            let messages = try Self.withReactions(
                database, Array(before.prefix(beforeLimit).reversed() + after.prefix(afterLimit)), for: user)
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
                seq: try Self.head(database), messages: messages,
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

    /// Messages without their reactions.
    static func messages(
        _ database: Database, _ room: Room, _ condition: String, _ arguments: [any DatabaseValueConvertible]
    ) throws -> [Message] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    \(Message.columns) WHERE message.room = ? \(condition)
                    """), arguments: StatementArguments([room.key.raw] + arguments)
        ).map { try Message($0, in: room.slug) }
    }

    /// The same messages with their reactions, for all of them in one query.
    static func withReactions(_ database: Database, _ messages: [Message], for user: UserKey) throws -> [Message] {
        let seqs = JSONValue.array(messages.map { .integer($0.created) }).encoded
        let rows = try Row.fetchAll(
            database.cachedStatement(sql: reactions),
            arguments: [user.raw, String(decoding: seqs, as: UTF8.self), Message.Reaction.listed])
        var reactions: [Int64: [Message.Reaction]] = [:]
        for row in rows {
            let (message, emoji, id): (Int64, String, String) = (row[0], row[1], row[3])
            if reactions[message]?.last?.emoji != emoji {
                reactions[message, default: []].append(Message.Reaction(emoji: emoji, count: row[2], users: []))
            }
            reactions[message, default: []][reactions[message, default: []].count - 1].users.append(id)
        }
        return messages.map { message in
            var message = message
            message.reactions = reactions[message.created] ?? []
            return message
        }
    }

    /// The reader comes first, so that they know of themselves also where not everybody is listed.
    private static let reactions = """
        SELECT message, emoji, count, user.id FROM (
            SELECT message, emoji, user, count(*) OVER one AS count, min(seq) OVER one AS first,
                row_number() OVER (PARTITION BY message, emoji ORDER BY user <> ?1, seq) AS place
            FROM reaction WHERE message IN (SELECT value FROM json_each(?2))
            WINDOW one AS (PARTITION BY message, emoji)
        ) AS found JOIN user ON user.key = found.user WHERE place <= ?3 ORDER BY message, first, place
        """
}

extension Message {
    /// The columns that `init(_:in:)` reads, by position.
    static let columns = """
        SELECT message.number, message.seq, user.id, message.at, message.command_id, event.data ->> '$.text',
               message.changed, message.reply_to, event.data -> '$.mentions', message.edited_at,
               message.deleted_at IS NOT NULL
        FROM message JOIN user ON user.key = message.by JOIN event ON event.seq = message.text_seq
        """

    init(_ row: Row, in room: String) throws {
        // A deleted message has none.
        let text: String? = row[5]
        self.init(
            room: room, number: row[0], created: row[1], by: row[2], at: Timestamp(milliseconds: row[3]), id: row[4],
            text: text ?? "")
        seq = row[6]
        replyTo = row[7]
        if let mentions: String = row[8] {
            self.mentions = try JSONValue(parsing: mentions.utf8).array?.compactMap(\.string) ?? []
        }
        editedAt = (row[9] as Int64?).map { Timestamp(milliseconds: $0) }
        isDeleted = row[10]
    }
}
