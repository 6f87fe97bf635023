import ApusChat
package import ApusCore
import ApusWire
import struct Foundation.Data
import GRDB

extension SQLiteStore {
    package func identity(tokenHash: [UInt8]) throws -> Identity? {
        try pool.read { database in
            try Row.fetchOne(
                database.cachedStatement(
                    sql: """
                        SELECT user.key, user.id, user.name, user.display_name
                        FROM token JOIN user ON user.key = token.user WHERE token.hash = ?
                        """), arguments: [Data(tokenHash)]
            ).map(Identity.init)
        }
    }
}

extension Identity {
    init(_ row: Row) { self.init(key: UserKey(row[0]), id: row[1], name: row[2], displayName: row[3]) }
}
