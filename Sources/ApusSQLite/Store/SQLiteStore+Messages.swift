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
            // Numbers have no gap, so a page is a range of them.
            let first = try Self.firstNumber(database, room, since: since)
            let range: Range<Int64>
            switch anchor {
            case .end: range = room.head + 1 - Int64(limit)..<room.head + 1
            case .before(let number): range = min(number, room.head + 1) - Int64(limit)..<number
            case .after(let number): range = max(number + 1, first)..<max(number + 1, first) + Int64(limit)
            case .around(let number):
                let before = Int64(limit / 2)
                range = min(number, room.head + 1) - before..<max(number, first) + Int64(limit) - before
            }
            let readable = range.clamped(to: first..<max(first, room.head + 1))
            let messages = try Self.withReactions(
                database,
                readable.isEmpty ? [] : Self.messages(database, room, readable.lowerBound...readable.upperBound - 1),
                for: user)
            // On an empty page the anchor itself is where the page would be.
            let (start, end): (Int64, Int64) =
                switch anchor {
                case _ where !readable.isEmpty: (readable.lowerBound, readable.upperBound - 1)
                case .end: (room.head + 1, room.head)
                case .before(let number): (number, number - 1)
                case .after(let number): (number + 1, number)
                case .around(let number): (number, number - 1)
                }
            return HistoryPage(
                seq: try Self.head(database), messages: messages, hasMoreBefore: first <= min(start - 1, room.head),
                hasMoreAfter: max(first, end + 1) <= room.head)
        }
    }

    /// The number of the first message that a member may read; past the head if there is none.
    private static func firstNumber(_ database: Database, _ room: Room, since: Int64) throws -> Int64 {
        let floor = floor(room, since: since)
        if floor == 0 { return 1 }
        return try Int64.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT event.number FROM audience_event AS place CROSS JOIN event ON event.seq = place.seq
                    WHERE place.audience = ? AND place.seq >= ? AND event.number IS NOT NULL
                    ORDER BY place.seq LIMIT 1
                    """), arguments: [room.key.raw, floor])
            ?? Int64.fetchOne(
                database.cachedStatement(
                    sql: """
                        SELECT number FROM event WHERE seq > (SELECT through FROM projection) AND seq >= ?
                        AND audience = ? AND number IS NOT NULL ORDER BY seq LIMIT 1
                        """), arguments: [floor, room.key.raw])
            ?? room.head + 1
    }

    /// The first seq whose messages a member may read back to.
    static func floor(_ room: Room, since: Int64) -> Int64 {
        switch room.history {
        case .all: 0
        case .joined: since
        }
    }

    /// The messages of these numbers, without their reactions.
    static func messages(_ database: Database, _ room: Room, _ numbers: ClosedRange<Int64>) throws -> [Message] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    \(Message.columns) WHERE message.room = ? AND message.number BETWEEN ? AND ? ORDER BY message.number
                    """), arguments: [room.key.raw, numbers.lowerBound, numbers.upperBound]
        ).map { try Message($0, in: room.slug) }
    }

    static func message(_ database: Database, _ room: Room, seq: Int64) throws -> [Message] {
        try Row.fetchAll(
            database.cachedStatement(sql: "\(Message.columns) WHERE message.seq = ?"), arguments: [seq]
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
        FROM current_message AS message JOIN user ON user.key = message.by JOIN event ON event.seq = message.text_seq
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
