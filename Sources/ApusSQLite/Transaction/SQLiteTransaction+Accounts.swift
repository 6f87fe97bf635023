import ApusChat
import ApusCore
import ApusWire
import struct Foundation.Data
import GRDB

extension SQLiteTransaction {
    func insertUser(_ user: NewUser) throws -> UserKey {
        try run(
            """
            INSERT INTO user (id, name, display_name, role, password_salt, password_key) VALUES (?, ?, ?, ?, ?, ?)
            """, user.id, user.name, user.displayName, user.role.rawValue, user.password.map { Data($0.salt) },
            user.password.map { Data($0.key) })
        return UserKey(database.lastInsertedRowID)
    }

    func user(named name: String) throws -> Identity? {
        try row("SELECT key, id, name, display_name FROM user WHERE name = ?", name).map(Identity.init)
    }

    func user(id: String) throws -> Account? { try row("\(Account.columns) WHERE id = ?", id).map(Account.init) }

    /// Asked for every command.
    func account(_ key: UserKey) throws -> Account? { try memory.account(key) }

    func accounts() throws -> [Account] {
        try Row.fetchAll(database, sql: "\(Account.columns) WHERE role <> 'system' ORDER BY name").map(Account.init)
    }

    func password(of user: UserKey) throws -> PasswordHash? { try PasswordHash.find(database, of: user) }

    func ownerCount() throws -> Int {
        try row("SELECT count(*) FROM user WHERE role = 'owner' AND banned_at IS NULL")?[0] ?? 0
    }

    func setPassword(_ password: PasswordHash, of user: UserKey) throws {
        try run(
            "UPDATE user SET password_salt = ?, password_key = ? WHERE key = ?", Data(password.salt),
            Data(password.key), user.raw)
    }

    func setDisplayName(_ name: String, of user: UserKey) throws {
        try run("UPDATE user SET display_name = ? WHERE key = ?", name, user.raw)
        memory.forget(user)
    }

    func setRole(_ role: UserRole, of user: UserKey) throws {
        try run("UPDATE user SET role = ? WHERE key = ?", role.rawValue, user.raw)
        memory.forget(user)
    }

    func setBanned(at: Timestamp?, _ user: UserKey) throws {
        try run("UPDATE user SET banned_at = ? WHERE key = ?", at?.milliseconds, user.raw)
        memory.forget(user)
    }
}

// MARK: credentials

extension SQLiteTransaction {
    func insertToken(hash: [UInt8], of user: UserKey, at: Timestamp) throws {
        try run(
            "INSERT INTO token (hash, id, user, created_at) VALUES (?, ?, ?, ?)", Data(hash),
            OpaqueID.make(prefix: "t_"), user.raw, at.milliseconds)
        memory.tokens.insert(hash)
    }

    func endTokens(of user: UserKey) throws -> [String] {
        let ended = try String.fetchAll(
            database.cachedStatement(sql: "SELECT id FROM token WHERE user = ? AND kind = 'token'"),
            arguments: [user.raw])
        try run("DELETE FROM token WHERE user = ? AND kind = 'token'", user.raw)
        return ended
    }

    func insertSession(_ session: Session, hash: [UInt8], of user: UserKey) throws -> [String] {
        try run(
            """
            INSERT INTO token (hash, id, user, created_at, kind, expires_at, used_at, label)
            VALUES (?, ?, ?, ?, 'session', ?, ?, ?)
            """, Data(hash), session.id, user.raw, session.createdAt.milliseconds, session.expiresAt.milliseconds,
            session.usedAt.milliseconds, session.label)
        memory.tokens.insert(hash)
        let surplus = try String.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT id FROM token WHERE user = ? AND kind = 'session' AND id <> ?
                    ORDER BY used_at DESC, created_at DESC LIMIT -1 OFFSET ?
                    """), arguments: [user.raw, session.id, Session.maximum - 1])
        for id in surplus { _ = try endSession(id, of: user) }
        return surplus
    }

    func prolongSession(hash: [UInt8], usedAt: Timestamp, expiresAt: Timestamp) throws {
        try run(
            "UPDATE token SET used_at = ?, expires_at = ? WHERE hash = ? AND kind = 'session'", usedAt.milliseconds,
            expiresAt.milliseconds, Data(hash))
    }

    func endSession(_ id: String, of user: UserKey) throws -> Bool {
        try run("DELETE FROM token WHERE id = ? AND user = ? AND kind = 'session'", id, user.raw)
        return database.changesCount > 0
    }

    func endSessions(of user: UserKey, except id: String?) throws -> [String] {
        let ended = try String.fetchAll(
            database.cachedStatement(
                sql: "SELECT id FROM token WHERE user = ? AND kind = 'session' AND id IS NOT ?"),
            arguments: [user.raw, id])
        try run("DELETE FROM token WHERE user = ? AND kind = 'session' AND id IS NOT ?", user.raw, id)
        return ended
    }

    func endExpiredSessions(at now: Timestamp) throws -> [(user: UserKey, id: String)] {
        let ended = try Row.fetchAll(
            database.cachedStatement(sql: "SELECT user, id FROM token WHERE expires_at <= ?"),
            arguments: [now.milliseconds])
        try run("DELETE FROM token WHERE expires_at <= ?", now.milliseconds)
        return ended.map { (UserKey($0[0]), $0[1]) }
    }

    func insertLink(_ link: Link, hash: [UInt8], by: UserKey, for user: UserKey?) throws {
        try run(
            """
            INSERT INTO link (hash, id, kind, by, user, created_at, expires_at, uses_left)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """, Data(hash), link.id, link.kind.rawValue, by.raw, user?.raw, link.createdAt.milliseconds,
            link.expiresAt?.milliseconds, link.usesLeft)
    }

    func link(hash: [UInt8], kind: Link.Kind) throws -> (link: Link, user: UserKey?)? {
        try Link.find(database, hash: hash, kind: kind)
    }

    func useLink(hash: [UInt8]) throws {
        try run("UPDATE link SET uses_left = uses_left - 1 WHERE hash = ?", Data(hash))
        try run("DELETE FROM link WHERE hash = ? AND uses_left <= 0", Data(hash))
    }

    func deleteLink(_ id: String, kind: Link.Kind) throws -> Bool {
        try run("DELETE FROM link WHERE id = ? AND kind = ?", id, kind.rawValue)
        return database.changesCount > 0
    }

    func deleteResets(of user: UserKey) throws {
        try run("DELETE FROM link WHERE user = ? AND kind = 'reset'", user.raw)
    }

    func deleteLinks(of user: UserKey) throws {
        try run("DELETE FROM link WHERE by = ?1 OR user = ?1", user.raw)
    }
}

extension Account {
    static let columns = "SELECT key, id, name, display_name, role, banned_at IS NOT NULL FROM user"

    init(_ row: Row) {
        let role: String = row[4]
        // The only writer writes raw values of this type.
        self.init(identity: Identity(row), role: UserRole(rawValue: role)!, isBanned: row[5])
    }

    init(_ row: borrowing PreparedRow) {
        self.init(
            identity: Identity(
                key: UserKey(row.integer(0)), id: row.text(1), name: row.text(2), displayName: row.text(3)),
            role: UserRole(rawValue: row.text(4))!,  // as above
            isBanned: row.integer(5) != 0)
    }
}
