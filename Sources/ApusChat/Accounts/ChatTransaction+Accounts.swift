package import ApusCore
package import ApusWire

/// What is done to accounts by commands, routes and the command line alike.
extension ChatTransaction {
    /// Makes an account under a name that nobody has.
    package func makeAccount(_ user: NewUser) throws -> Identity {
        guard NewUser.isName(user.name) else {
            throw Problem(.invalidField, "A user's name is 2 to 32 characters of a-z, 0-9, _ and -, and not \"all\".")
        }
        if try user.name == NewUser.system.name || self.user(named: user.name) != nil {
            throw Problem(.nameTaken, "There is a user \"\(user.name)\" already; choose another name.")
        }
        let key = try insertUser(user)
        return Identity(key: key, id: user.id, name: user.name, displayName: user.displayName)
    }

    /// Sets a password, which ends the sessions of who knew the old one, but for one, and the links that would set it
    /// again. Returns the sessions that have ended.
    package func changePassword(of user: UserKey, to password: PasswordHash, keeping session: String?) throws
        -> [String]
    {
        try setPassword(password, of: user)
        try deleteResets(of: user)
        return try endSessions(of: user, except: session)
    }

    /// The link of this secret, if it is still good, and whose password it sets.
    package func goodLink(hash: [UInt8], kind: Link.Kind, at now: Timestamp) throws -> (link: Link, user: Account?)? {
        guard let (link, key) = try link(hash: hash, kind: kind), let maker = try user(id: link.by) else { return nil }
        let user = try key.flatMap { try account($0) }
        return maker.stands(for: link, of: user, at: now) ? (link, user) : nil
    }

    /// Refuses a link to set a password for who can have none.
    package func checkPasswordIsTheirs(_ account: Account) throws {
        if account.role == .bot {
            throw Problem(
                .forbidden,
                "\(account.identity.name) is a program and has no password; `apus token --replace` and "
                    + "POST /v1/bots/{id}/token make a new token.")
        }
        if try account.role == .system || isExternal(account.identity.key) {
            throw Problem(
                .forbidden, "\(account.identity.name) signs in with another application and has no password here.")
        }
    }

    /// Signs somebody in, unless what was checked outside of the transaction is not so any more. Returns the sessions that
    /// have made room.
    @discardableResult
    package func signIn(
        _ user: UserKey, withPassword verified: PasswordHash, session: Session, hash: [UInt8]
    ) throws -> [String] {
        guard let account = try account(user), try password(of: user) == verified else {
            throw Problem(.wrongCredentials, "The name or the password is wrong.")
        }
        if account.isBanned { throw Problem.banned }
        return try insertSession(session, hash: hash, of: user)
    }
}

extension Problem {
    package static let banned = Problem(.banned, "You are banned from this server; its admins can take that back.")
}

extension Account {
    /// The account as others see it: the data of `user.updated`, and what `GET /v1/users` shows.
    package func encodeMembers(into writer: inout JSONWriter, idName: StaticString) {
        writer.member(idName, identity.id)
        writer.member("name", identity.name)
        writer.member("display_name", identity.displayName)
        writer.member("role", role.rawValue)
        writer.member("banned", isBanned)
    }
}
