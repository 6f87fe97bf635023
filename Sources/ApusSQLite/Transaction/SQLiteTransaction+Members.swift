import ApusChat
import ApusCore
import ApusWire
import GRDB

/// Who is in a room, as what, and who may not be.
extension SQLiteTransaction {
    func stay(of user: UserKey, in room: RoomKey) throws -> Int64? {
        try memory.stay(of: user, in: room)
    }

    func role(of user: UserKey, in room: RoomKey) throws -> RoomRole? {
        try row("SELECT role FROM member WHERE room = ? AND user = ? AND since IS NOT NULL", room.raw, user.raw)
            .flatMap { RoomRole(rawValue: $0[0]) }
    }

    func setRole(_ role: RoomRole, of user: UserKey, in room: RoomKey) throws {
        try run("UPDATE member SET role = ? WHERE room = ? AND user = ?", role.rawValue, room.raw, user.raw)
    }

    func beginStay(of user: UserKey, in room: RoomKey, as role: RoomRole, at seq: Int64) throws {
        try run("INSERT INTO stay (user, room, first_seq) VALUES (?, ?, ?)", user.raw, room.raw, seq)
        try run(
            """
            INSERT INTO member (room, user, since, role, delivered, read)
            SELECT ?1, ?2, ?3, ?4, head, head FROM (SELECT \(Room.head(of: "?1")) AS head) WHERE TRUE
            ON CONFLICT (room, user) DO UPDATE SET since = excluded.since, role = excluded.role,
                delivered = excluded.delivered, read = excluded.read
            """, room.raw, user.raw, seq, role.rawValue)
        try run("UPDATE room SET members = members + 1 WHERE key = ?", room.raw)
        memory.forget(user, in: room)
    }

    func endStay(of user: UserKey, in room: RoomKey, at seq: Int64) throws {
        try run(
            "UPDATE stay SET last_seq = ? WHERE user = ? AND room = ? AND last_seq IS NULL", seq, user.raw, room.raw)
        try run("UPDATE member SET since = NULL WHERE room = ? AND user = ?", room.raw, user.raw)
        try run("UPDATE room SET members = members - 1 WHERE key = ?", room.raw)
        memory.forget(user, in: room)
    }

    func hasAdmin(_ room: RoomKey, besides user: UserKey?) throws -> Bool {
        try row(
            """
            SELECT 1 FROM member JOIN user ON user.key = member.user
            WHERE member.room = ? AND member.since IS NOT NULL AND member.role = 'admin' AND member.user IS NOT ?
            AND user.banned_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM hook WHERE hook.user = user.key) LIMIT 1
            """, room.raw, user?.raw) != nil
    }

    func eldest(in room: RoomKey, besides user: UserKey?) throws -> Account? {
        try row(
            """
            SELECT user.key FROM member JOIN user ON user.key = member.user
            WHERE member.room = ? AND member.since IS NOT NULL AND member.user IS NOT ?
            AND NOT EXISTS (SELECT 1 FROM hook WHERE hook.user = member.user)
            ORDER BY user.banned_at IS NOT NULL, user.role = 'bot', member.since LIMIT 1
            """, room.raw, user?.raw
        ).flatMap { try account(UserKey($0[0])) }
    }

    func members(of room: RoomKey) throws -> [UserKey] {
        try Int64.fetchAll(
            database.cachedStatement(sql: "SELECT user FROM member WHERE room = ? AND since IS NOT NULL"),
            arguments: [room.raw]
        ).map(UserKey.init)
    }

    func rooms(of user: UserKey) throws -> [RoomKey] {
        try Int64.fetchAll(
            database.cachedStatement(sql: "SELECT room FROM member WHERE user = ? AND since IS NOT NULL"),
            arguments: [user.raw]
        ).map(RoomKey.init)
    }

    // MARK: bans

    func isBanned(_ user: UserKey, from room: RoomKey) throws -> Bool {
        try row("SELECT 1 FROM member WHERE room = ? AND user = ? AND banned_at IS NOT NULL", room.raw, user.raw) != nil
    }

    func ban(_ user: UserKey, from room: RoomKey, at: Timestamp?) throws {
        try run(
            """
            INSERT INTO member (room, user, since, role, banned_at) VALUES (?, ?, NULL, 'member', ?)
            ON CONFLICT (room, user) DO UPDATE SET banned_at = excluded.banned_at
            """, room.raw, user.raw, at?.milliseconds)
    }

    // MARK: the people of direct rooms

    func participants(of room: RoomKey) throws -> [Identity] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT user.key, user.id, user.name, user.display_name
                    FROM participant JOIN user ON user.key = participant.user
                    WHERE participant.room = ? ORDER BY user.id
                    """), arguments: [room.raw]
        ).map(Identity.init)
    }

    func insertParticipant(_ user: UserKey, in room: RoomKey) throws {
        try run("INSERT INTO participant (room, user) VALUES (?, ?)", room.raw, user.raw)
    }

    func removeParticipant(_ user: UserKey, from room: RoomKey) throws {
        try run("DELETE FROM participant WHERE room = ? AND user = ?", room.raw, user.raw)
    }
}
