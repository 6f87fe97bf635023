import ApusChat
import ApusCore
import ApusWire
import GRDB

extension SQLiteStore {
    static func settings(_ database: Database, of user: UserKey) throws -> JSONObject {
        var settings = JSONObject()
        let rows = try Row.fetchAll(
            database.cachedStatement(sql: "SELECT name, value FROM setting WHERE user = ? ORDER BY name"),
            arguments: [user.raw])
        for row in rows { settings[row[0]] = try JSONValue(parsing: (row[1] as String).utf8) }
        return settings
    }

    /// How many messages of others, from a user's joining on and past what they have read, mention them or everybody.
    static func unreadMentions(
        _ database: Database, of user: UserKey, in room: RoomKey, after read: Int64, since: Int64
    ) throws -> Int64 {
        try Int64.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT count(DISTINCT mention.number) FROM mention
                    JOIN message ON message.room = mention.room AND message.number = mention.number
                    WHERE mention.user IN (?1, 0) AND mention.room = ?2 AND mention.number > ?3
                    AND message.seq >= ?4 AND message.by <> ?1
                    """), arguments: [user.raw, room.raw, read, since]) ?? 0
    }
}
