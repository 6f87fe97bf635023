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
        guard [.owner, .admin, .member].contains(other.role), [.owner, .admin, .member].contains(role) else {
            throw Problem(.forbidden, "Only people's roles change, and only to owner, admin or member.")
        }
        guard self.role == .owner || isAdmin && other.role != .owner && role == .member else {
            throw Problem(.forbidden, "Only owners make owners and admins, or change what owners are.")
        }
        if other.role == .owner, role != .owner { try Self.checkLast(ownerCount) }
    }

    static func checkLast(_ ownerCount: Int) throws(Problem) {
        if ownerCount <= 1 {
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
