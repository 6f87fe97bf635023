import ApusChat
import ApusCore
import ApusWire
import GRDB

extension SQLiteTransaction {
    func setNotifications(_ notifications: Notifications, in room: RoomKey, of user: UserKey) throws {
        try run(
            "UPDATE member SET notifications = ? WHERE room = ? AND user = ?", notifications.rawValue, room.raw,
            user.raw)
    }

    func notifications(in room: RoomKey, of user: UserKey) throws -> Notifications {
        try row("SELECT notifications FROM member WHERE room = ? AND user = ?", room.raw, user.raw)
            .flatMap { Notifications(rawValue: $0[0]) } ?? .all
    }

    func setting(_ name: String, of user: UserKey) throws -> [UInt8]? {
        try row("SELECT value FROM setting WHERE user = ? AND name = ?", user.raw, name).map {
            Array(($0[0] as String).utf8)
        }
    }

    func settingNames(of user: UserKey) throws -> Set<String> {
        try String.fetchSet(
            database.cachedStatement(sql: "SELECT name FROM setting WHERE user = ?"), arguments: [user.raw])
    }

    func setSetting(_ name: String, to value: JSONValue?, of user: UserKey) throws {
        guard let value else { return try run("DELETE FROM setting WHERE user = ? AND name = ?", user.raw, name) }
        try run(
            """
            INSERT INTO setting (user, name, value) VALUES (?, ?, ?)
            ON CONFLICT (user, name) DO UPDATE SET value = excluded.value
            """, user.raw, name, String(decoding: value.encoded, as: UTF8.self))
    }
}
