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

    func account(_ key: UserKey) throws -> Account? {
        try row("\(Account.columns) WHERE key = ?", key.raw).map(Account.init)
    }

    func insertToken(hash: [UInt8], of user: UserKey, at: Timestamp) throws {
        try run(
            "INSERT INTO token (hash, id, user, created_at) VALUES (?, ?, ?, ?)", Data(hash),
            OpaqueID.make(prefix: "t_"), user.raw, at.milliseconds)
    }
}

extension Account {
    static let columns = "SELECT key, id, name, display_name, role, banned_at IS NOT NULL FROM user"

    init(_ row: Row) {
        let role: String = row[4]
        // The only writer writes raw values of this type.
        self.init(identity: Identity(row), role: UserRole(rawValue: role)!, isBanned: row[5])
    }
}
