import ApusChat
import ApusCore
import ApusWire
import GRDB

extension SQLiteTransaction {
    func takeNumber(in room: RoomKey) throws -> Int64 {
        takenNumbers += 1
        return try memory.takeNumber(in: room) {
            try row("SELECT \(Room.head(of: "?1"))", room.raw)![0]  // always one row
        }
    }

    func message(_ number: Int64, in room: Room) throws -> Message? {
        // Who asks may be about to change it.
        try project()
        return try SQLiteStore.messages(database, room, number...number).first
    }

    func text(of seq: Int64) throws -> String? {
        try row("SELECT data ->> '$.text' FROM event WHERE seq = ?", seq)?[0]
    }

    func editMessage(_ message: Message, to text: String, at: Timestamp, seq: Int64) throws {
        try reindex(message: message.created, old: message.text, new: text)
        try run(
            "UPDATE message SET changed = ?1, text_seq = ?1, edited_at = ?2 WHERE seq = ?3", seq, at.milliseconds,
            message.created)
    }

    func deleteMessage(_ message: Message, at: Timestamp, seq: Int64) throws -> [EncodedEvent] {
        try reindex(message: message.created, old: message.text, new: nil)
        try run(
            "UPDATE message SET changed = ?, deleted_at = ? WHERE seq = ?", seq, at.milliseconds, message.created)
        try run("DELETE FROM reaction WHERE message = ?", message.created)
        return try purge(message)
    }

    // MARK: mentions

    func mention(ofMember name: String, in room: RoomKey) throws -> Mention? {
        try row(
            """
            SELECT user.key, user.id FROM user JOIN member ON member.user = user.key
            WHERE user.name = ? AND member.room = ? AND member.since IS NOT NULL
            """, name, room.raw
        ).map { Mention(user: UserKey($0[0]), id: $0[1]) }
    }

    func insertMentions(_ mentions: [Mention], number: Int64, in room: RoomKey) throws {
        // Those who count them ask `message` whose they are.
        try project()
        for mention in mentions {
            try run(
                "INSERT INTO mention (user, room, number) VALUES (?, ?, ?)", mention.user?.raw ?? 0, room.raw, number)
        }
    }

    func removeMentions(of message: Message, in room: RoomKey) throws {
        for id in message.mentions {
            try run(
                """
                DELETE FROM mention WHERE user = ifnull((SELECT key FROM user WHERE id = ?), 0)
                AND room = ? AND number = ?
                """, id, room.raw, message.number)
        }
    }

    // MARK: reactions

    func hasReaction(_ emoji: String, to message: Message, by user: UserKey) throws -> Bool {
        try row(
            "SELECT 1 FROM reaction WHERE message = ? AND emoji = ? AND user = ?", message.created, emoji, user.raw)
            != nil
    }

    func reactions(to message: Message) throws -> [String] {
        try String.fetchAll(
            database.cachedStatement(sql: "SELECT DISTINCT emoji FROM reaction WHERE message = ?"),
            arguments: [message.created])
    }

    func insertReaction(_ emoji: String, to message: Message, by user: UserKey, seq: Int64) throws {
        try run(
            "INSERT INTO reaction (message, emoji, user, seq) VALUES (?, ?, ?, ?)", message.created, emoji, user.raw,
            seq)
        try change(message, seq)
    }

    func removeReaction(_ emoji: String, to message: Message, by user: UserKey, seq: Int64) throws {
        try run(
            "DELETE FROM reaction WHERE message = ? AND emoji = ? AND user = ?", message.created, emoji, user.raw)
        try change(message, seq)
    }

    private func change(_ message: Message, _ seq: Int64) throws {
        try run("UPDATE message SET changed = ? WHERE seq = ?", seq, message.created)
    }
}
