package import ApusChat
import ApusCore
import GRDB

extension SQLiteStore {
    package func account(issuer: String, subject: String) throws -> Account? {
        try pool.read { try Account.find($0, issuer: issuer, subject: subject) }
    }
}

extension SQLiteTransaction {
    func account(issuer: String, subject: String) throws -> Account? {
        try Account.find(database, issuer: issuer, subject: subject)
    }

    func isExternal(_ user: UserKey) throws -> Bool {
        try row("SELECT 1 FROM user WHERE key = ? AND issuer IS NOT NULL", user.raw) != nil
    }

    func insertUser(_ user: NewUser, of external: ExternalUser) throws -> UserKey {
        let key = try insertUser(user)
        try run(
            "UPDATE user SET issuer = ?, subject = ? WHERE key = ?", external.issuer, external.subject, key.raw)
        return key
    }
}

extension Account {
    fileprivate static func find(_ database: Database, issuer: String, subject: String) throws -> Account? {
        try Row.fetchOne(
            database.cachedStatement(sql: "\(columns) WHERE issuer = ? AND subject = ?"), arguments: [issuer, subject]
        ).map(Account.init)
    }
}
