package import ApusChat
package import ApusCore
package import ApusWire
import struct Foundation.Data
import GRDB

extension SQLiteStore {
    package func mayKnow(tokenHash: [UInt8]) -> Bool { memory.tokens.mayContain(tokenHash) }

    package func credential(tokenHash: [UInt8]) throws -> Credential? {
        try pool.read { database in
            try Row.fetchOne(
                database.cachedStatement(
                    sql: """
                        SELECT user.key, user.id, user.name, user.display_name,
                            token.id, token.kind = 'session', token.expires_at, token.used_at
                        FROM token JOIN user ON user.key = token.user
                        WHERE token.hash = ? AND user.banned_at IS NULL
                        """), arguments: [Data(tokenHash)]
            ).map { row in
                Credential(
                    identity: Identity(row), id: row[4], isSession: row[5], expiresAt: row.time(6), usedAt: row.time(7))
            }
        }
    }

    package func hasOwner() throws -> Bool {
        try pool.read { try Int.fetchOne($0, sql: "SELECT 1 FROM user WHERE role = 'owner' LIMIT 1") != nil }
    }

    package func account(id: String) throws -> Account? {
        try pool.read {
            try Row.fetchOne($0, sql: "\(Account.columns) WHERE id = ?", arguments: [id]).map(Account.init)
        }
    }

    package func account(_ key: UserKey) throws -> Account? {
        try pool.read { database in
            try Row.fetchOne(
                database.cachedStatement(sql: "\(Account.columns) WHERE key = ?"), arguments: [key.raw]
            ).map(Account.init)
        }
    }

    package func account(named name: String) throws -> (account: Account, password: PasswordHash?)? {
        try pool.read { database in
            try Row.fetchOne(database, sql: "\(Account.columns) WHERE name = ?", arguments: [name]).map { row in
                let account = Account(row)
                return (account, try PasswordHash.find(database, of: account.identity.key))
            }
        }
    }

    package func accounts(after name: String, limit: Int) throws -> [Account] {
        try pool.read { database in
            try Row.fetchAll(
                database, sql: "\(Account.columns) WHERE name > ? AND role <> 'system' ORDER BY name LIMIT ?",
                arguments: [name, limit]
            ).map(Account.init)
        }
    }

    package func sessions(of user: UserKey) throws -> [Session] {
        try pool.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT id, created_at, used_at, expires_at, label FROM token
                    WHERE user = ? AND kind = 'session' ORDER BY created_at DESC, id
                    """, arguments: [user.raw]
            ).map { row in
                let createdAt = Timestamp(milliseconds: row[1])
                return Session(
                    id: row[0], createdAt: createdAt, usedAt: row.time(2) ?? createdAt,
                    expiresAt: row.time(3) ?? createdAt, label: row[4] ?? "")
            }
        }
    }

    package func hasExpiredSessions(at now: Timestamp) throws -> Bool {
        try pool.read { database in
            try Int.fetchOne(
                database, sql: "SELECT 1 FROM token WHERE expires_at <= ? LIMIT 1", arguments: [now.milliseconds])
                != nil
        }
    }

    package func links(_ kind: Link.Kind) throws -> [Link] {
        try pool.read { database in
            try Row.fetchAll(
                database, sql: "\(Link.columns) WHERE link.kind = ? ORDER BY link.created_at, link.id",
                arguments: [kind.rawValue]
            ).map(Link.init)
        }
    }

    package func link(hash: [UInt8], kind: Link.Kind) throws -> (link: Link, user: UserKey?)? {
        try pool.read { try Link.find($0, hash: hash, kind: kind) }
    }
}

extension Identity {
    init(_ row: Row) { self.init(key: UserKey(row[0]), id: row[1], name: row[2], displayName: row[3]) }
}

extension Row {
    func time(_ column: Int) -> Timestamp? {
        let milliseconds: Int64? = self[column]
        return milliseconds.map(Timestamp.init)
    }
}

extension PasswordHash {
    static func find(_ database: Database, of user: UserKey) throws -> PasswordHash? {
        guard
            let row = try Row.fetchOne(
                database, sql: "SELECT password_salt, password_key FROM user WHERE key = ?", arguments: [user.raw]),
            let salt: Data = row[0], let key: Data = row[1]
        else { return nil }
        return PasswordHash(salt: Array(salt), key: Array(key))
    }
}

extension Link {
    static let columns = """
        SELECT link.id, link.kind, maker.id, link.created_at, link.expires_at, link.uses_left, link.user
        FROM link JOIN user AS maker ON maker.key = link.by
        """

    static func find(_ database: Database, hash: [UInt8], kind: Kind) throws -> (link: Link, user: UserKey?)? {
        try Row.fetchOne(
            database, sql: "\(columns) WHERE link.hash = ? AND link.kind = ?",
            arguments: [Data(hash), kind.rawValue]
        ).map { row in
            let user: Int64? = row[6]
            return (Link(row), user.map(UserKey.init))
        }
    }

    init(_ row: Row) {
        let kind: String = row[1]
        self.init(
            id: row[0], kind: Kind(rawValue: kind)!,  // the only writer writes raw values of this type
            by: row[2], createdAt: Timestamp(milliseconds: row[3]), expiresAt: row.time(4), usesLeft: row[5])
    }
}
