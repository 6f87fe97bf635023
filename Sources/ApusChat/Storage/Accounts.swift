package import ApusCore
package import ApusWire

/// Accounts and credentials, inside a write transaction.
package protocol AccountWriting: AnyObject {
    @discardableResult
    func insertUser(_ user: NewUser) throws -> UserKey
    func user(named name: String) throws -> Identity?
    func user(id: String) throws -> Account?
    func account(_ key: UserKey) throws -> Account?
    func insertToken(hash: [UInt8], of user: UserKey, at: Timestamp) throws
}

/// Accounts and credentials, as the routes read them. Blocks.
package protocol AccountReading: Sendable {
    func identity(tokenHash: [UInt8]) throws -> Identity?
}
