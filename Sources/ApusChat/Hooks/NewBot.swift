package import ApusCore
package import ApusWire

/// An account for a program, with a token.
package struct NewBot: Sendable {
    private let user: NewUser
    private let token: BearerToken

    /// Throws a `Problem` for names that cannot be.
    package init(name: String, displayName: String?, token: BearerToken) throws {
        guard NewUser.isName(name) else {
            throw Problem(
                .invalidField, "A bot's \"name\" is 2 to 32 characters of a-z, 0-9, _ and -, and not \"all\".")
        }
        if let displayName { try NewUser.checkDisplayName(displayName) }
        user = NewUser(name: name, displayName: displayName, role: .bot, password: nil)
        self.token = token
    }

    /// Makes it, for an admin of the server.
    package func make(in store: any ChatTransaction, by maker: Identity, at now: Timestamp) throws -> Identity {
        guard let account = try store.account(maker.key), account.isAdmin, !account.isBanned else {
            throw Problem(.forbidden, "Only admins of the server may make bots.")
        }
        if try user.name == NewUser.system.name || store.user(named: user.name) != nil {
            throw Problem(.nameTaken, "There is a user \"\(user.name)\" already.")
        }
        let key = try store.insertUser(user)
        try store.insertToken(hash: token.hash, of: key, at: now)
        return Identity(key: key, id: user.id, name: user.name, displayName: user.displayName)
    }
}
