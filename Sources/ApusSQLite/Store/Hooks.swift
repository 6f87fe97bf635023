package import ApusChat
package import ApusCore
import ApusWire
import struct Foundation.Data
import GRDB

extension SQLiteStore {
    package func hook(tokenHash: [UInt8]) throws -> Hook? {
        try pool.read { database in
            try Row.fetchOne(
                database.cachedStatement(sql: "\(Hook.columns) WHERE hook.hash = ?"), arguments: [Data(tokenHash)]
            ).map(Hook.init)
        }
    }

    package func hooks(in room: RoomKey) throws -> [Hook] {
        try pool.read { database in
            try Row.fetchAll(
                database.cachedStatement(sql: "\(Hook.columns) WHERE hook.room = ? ORDER BY hook.created_at, hook.id"),
                arguments: [room.raw]
            ).map(Hook.init)
        }
    }
}

extension SQLiteTransaction {
    func insertHook(_ hook: Hook, tokenHash: [UInt8], in room: RoomKey) throws {
        try run(
            "INSERT INTO hook (hash, id, room, user, by, created_at) VALUES (?, ?, ?, ?, ?, ?)", Data(tokenHash),
            hook.id, room.raw, hook.user.key.raw, hook.by.raw, hook.at.milliseconds)
    }

    func hookCount(in room: RoomKey) throws -> Int64 {
        try row("SELECT count(*) FROM hook WHERE room = ?", room.raw)?[0] ?? 0
    }

    func program(_ user: UserKey) throws -> Program? {
        guard try account(user)?.role == .bot else { return nil }
        return try row("SELECT 1 FROM hook WHERE user = ?", user.raw) == nil ? .bot : .hook
    }

    func deleteHook(_ id: String, in room: RoomKey) throws -> Identity? {
        let user = try row(
            """
            SELECT user.key, user.id, user.name, user.display_name FROM hook JOIN user ON user.key = hook.user
            WHERE hook.id = ? AND hook.room = ?
            """, id, room.raw
        ).map(Identity.init)
        if user != nil { try run("DELETE FROM hook WHERE id = ?", id) }
        return user
    }

    func deleteHooks(of maker: UserKey) throws -> [(room: RoomKey, user: Identity)] {
        let found = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT user.key, user.id, user.name, user.display_name, hook.room
                    FROM hook JOIN user ON user.key = hook.user WHERE hook.by = ? ORDER BY hook.created_at, hook.id
                    """), arguments: [maker.raw])
        try run("DELETE FROM hook WHERE by = ?", maker.raw)
        return found.map { (RoomKey($0[4]), Identity($0)) }
    }
}

extension Program {
    /// The column of `user` that `init(_:)` reads.
    static let column = """
        CASE WHEN user.role <> 'bot' THEN NULL
        WHEN EXISTS (SELECT 1 FROM hook WHERE hook.user = user.key) THEN 'hook' ELSE 'bot' END AS program
        """

    init?(_ row: Row) {
        guard let name: String = row["program"] else { return nil }
        self.init(rawValue: name)
    }
}

extension Hook {
    /// How many webhooks are members of a room.
    static func memberCount(_ database: Database, in room: RoomKey) throws -> Int64 {
        try Int64.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT count(*) FROM hook JOIN member ON member.room = hook.room AND member.user = hook.user
                    WHERE hook.room = ? AND member.since IS NOT NULL
                    """), arguments: [room.raw]) ?? 0
    }

    /// The columns that `init(_:)` reads, by position.
    fileprivate static let columns = """
        SELECT user.key, user.id, user.name, user.display_name, hook.id, room.slug, hook.by,
            hook.created_at
        FROM hook JOIN user ON user.key = hook.user JOIN room ON room.key = hook.room
        """

    fileprivate init(_ row: Row) {
        self.init(
            id: row[4], room: row[5], user: Identity(row), by: UserKey(row[6]), at: Timestamp(milliseconds: row[7]))
    }
}
