package import ApusCore

/// Accounts of the operator's own application, inside a write transaction.
package protocol ExternalAccountWriting: AnyObject {
    func account(issuer: String, subject: String) throws -> Account?
    func isExternal(_ user: UserKey) throws -> Bool
    @discardableResult
    func insertUser(_ user: NewUser, of external: ExternalUser) throws -> UserKey
}

/// The same, as requests read them. Blocks.
package protocol ExternalAccountReading: Sendable {
    func account(issuer: String, subject: String) throws -> Account?
}
