import ApusCore
package import ApusWire

/// Who may do what to whose account.
extension Account {
    /// Whether this one, an admin, may decide over the other: nobody decides over the server itself, and only owners
    /// over owners and admins.
    package func decides(over other: Account) -> Bool {
        switch other.role {
        case .system: false
        case .owner, .admin: role == .owner
        case .member, .bot: isAdmin
        }
    }

    /// Whether a link that this one has made is still good: whoever may not do any more what it does, has not left a way
    /// to do it. The server itself, which is the command line, always may.
    package func stands(for link: Link, of user: Account?, at now: Timestamp) -> Bool {
        if isBanned || link.isExpired(at: now) { return false }
        if role == .system { return true }
        return switch link.kind {
        case .invite: isAdmin
        case .reset: user.map(decides) ?? false
        }
    }

    /// Refuses a change of role that this one may not make. A server is never without an owner.
    func check(_ role: UserRole, for other: Account, ownerCount: Int) throws(Problem) {
        guard self.role == .owner || isAdmin && other.role != .owner && role == .member else {
            throw Problem(.forbidden, "Only owners make owners and admins, or change what owners are.")
        }
        try other.checkBecoming(role, ownerCount: ownerCount)
    }

    /// Refuses what this one cannot become, whoever wants it.
    /// - Parameter ownerCount: of those who are not banned.
    func checkBecoming(_ role: UserRole, ownerCount: Int) throws(Problem) {
        guard [.owner, .admin, .member].contains(self.role), [.owner, .admin, .member].contains(role) else {
            throw Problem(.forbidden, "Only people's roles change, and only to owner, admin or member.")
        }
        // An owner cannot be banned, so who is banned does not become one.
        if role == .owner, isBanned {
            throw Problem(.forbidden, "\(identity.name) is banned from this server; lift the ban first.")
        }
        if self.role == .owner, !isBanned, role != .owner, ownerCount <= 1 {
            throw Problem(.forbidden, "This is the last owner; make somebody else an owner first.")
        }
    }

    /// Refuses a ban that this one may not pronounce. An owner must stop being one first.
    func checkBan(of other: Account) throws(Problem) {
        guard isAdmin else { throw Problem(.forbidden, "Only admins of the server may do this.") }
        guard other.identity.key != identity.key else {
            throw Problem(.forbidden, "You cannot ban yourself; end your sessions instead.")
        }
        try other.checkBannable()
    }

    func checkBannable() throws(Problem) {
        guard role != .owner, role != .system else {
            throw Problem(.forbidden, "Owners and the server itself cannot be banned.")
        }
    }
}
