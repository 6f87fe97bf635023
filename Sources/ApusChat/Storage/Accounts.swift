package import ApusCore
package import ApusWire

/// Accounts and credentials, inside a write transaction.
package protocol AccountWriting: AnyObject {
    @discardableResult
    func insertUser(_ user: NewUser) throws -> UserKey
    func user(named name: String) throws -> Identity?
    func user(id: String) throws -> Account?
    func account(_ key: UserKey) throws -> Account?
    /// People and programs by name, the server itself left out.
    func accounts() throws -> [Account]
    func password(of user: UserKey) throws -> PasswordHash?
    /// How many owners there are who are not banned.
    func ownerCount() throws -> Int
    func setPassword(_ password: PasswordHash, of user: UserKey) throws
    func setDisplayName(_ name: String, of user: UserKey) throws
    func setRole(_ role: UserRole, of user: UserKey) throws
    /// Nil takes the ban back.
    func setBanned(at: Timestamp?, _ user: UserKey) throws

    /// A token that does not end by itself.
    func insertToken(hash: [UInt8], of user: UserKey, at: Timestamp) throws
    /// Ends the tokens that do not end by themselves; returns their ids.
    func endTokens(of user: UserKey) throws -> [String]
    /// Returns the ids of those that it took the place of.
    @discardableResult
    func insertSession(_ session: Session, hash: [UInt8], of user: UserKey) throws -> [String]
    func prolongSession(hash: [UInt8], usedAt: Timestamp, expiresAt: Timestamp) throws
    /// False when the user has no such session.
    func endSession(_ id: String, of user: UserKey) throws -> Bool
    /// Returns the ids of those that have ended.
    @discardableResult
    func endSessions(of user: UserKey, except id: String?) throws -> [String]
    /// Ends what has expired; whose sessions these were.
    func endExpiredSessions(at: Timestamp) throws -> [(user: UserKey, id: String)]

    func insertLink(_ link: Link, hash: [UInt8], by: UserKey, for user: UserKey?) throws
    func link(hash: [UInt8], kind: Link.Kind) throws -> (link: Link, user: UserKey?)?
    /// Takes one use off; a link without any left is gone.
    func useLink(hash: [UInt8]) throws
    func deleteLink(_ id: String, kind: Link.Kind) throws -> Bool
    /// Those that the user has made, and those that were made for the user.
    func deleteLinks(of user: UserKey) throws
    /// Those that set the user's password.
    func deleteResets(of user: UserKey) throws
}

/// Accounts and credentials, as the routes read them. Blocks.
package protocol AccountReading: Sendable {
    /// Whether a token may be somebody's: false only for what was never given out. Does not block.
    func mayKnow(tokenHash: [UInt8]) -> Bool
    /// Whose token it is; nil for nobody's and for banned users'.
    func credential(tokenHash: [UInt8]) throws -> Credential?
    func hasOwner() throws -> Bool
    func account(id: String) throws -> Account?
    func account(_ key: UserKey) throws -> Account?
    func account(named name: String) throws -> (account: Account, password: PasswordHash?)?
    /// People by name, the server itself left out.
    func accounts(after name: String, limit: Int) throws -> [Account]
    /// The newest first.
    func sessions(of user: UserKey) throws -> [Session]
    func hasExpiredSessions(at: Timestamp) throws -> Bool
    func links(_ kind: Link.Kind) throws -> [Link]
    func link(hash: [UInt8], kind: Link.Kind) throws -> (link: Link, user: UserKey?)?
}
