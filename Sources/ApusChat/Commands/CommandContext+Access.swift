import ApusCore
package import ApusWire

/// Who may do what: every command asks here. A room that one may not see is one that does not exist, and is found not
/// to exist by the same steps.
extension CommandContext {
    /// A room that the user may see: public, or one's own.
    package func room(_ slug: String) throws -> Room { try find(slug).room }

    /// A room that the user is a member of.
    package func memberRoom(_ slug: String) throws -> Room {
        let (room, isMember) = try find(slug)
        guard isMember else {
            throw Problem(.notAMember, "You are not a member of \"\(room.slug)\"; join it with room.join first.")
        }
        return room
    }

    /// A room of the user in which things may still change.
    package func openRoom(_ slug: String) throws -> Room {
        let room = try memberRoom(slug)
        try requireOpen(room)
        return room
    }

    /// A room that the user may govern and in which things may still change: its admins may, and the server's admins
    /// where they may see it. Nobody governs a direct room.
    package func governedRoom(_ slug: String) throws -> Room {
        let room = try governedRoom(evenArchived: slug)
        try requireOpen(room)
        return room
    }

    package func governedRoom(evenArchived slug: String) throws -> Room {
        let (room, _) = try find(slug)
        try refuseDirect(room)
        guard try governs(room) else { throw Problem.notGoverned(room) }
        return room
    }

    package func refuseDirect(_ room: Room) throws {
        if room.kind == .direct { throw Problem.directRoom }
    }

    /// Somebody whom the command names.
    package func person(_ id: String) throws -> Account {
        guard let account = try store.user(id: id), account.role != .system else {
            throw Problem(.noSuchUser, "There is no user \"\(id.prefix(64))\"; give a user's id, not a name.")
        }
        return account
    }

    /// Somebody who is to become a member.
    package func invitee(_ id: String) throws -> Account {
        let account = try person(id)
        if account.isBanned { throw Problem(.banned, "\(account.identity.name) is banned from this server.") }
        return account
    }

    /// A present member of a room, whom the command names.
    package func member(_ id: String, of room: Room) throws -> (account: Account, role: RoomRole) {
        let account = try person(id)
        guard let role = try store.role(of: account.identity.key, in: room.key) else {
            throw Problem(.noSuchUser, "\(account.identity.name) is not a member of \"\(room.slug)\".")
        }
        return (account, role)
    }

    package func governs(_ room: Room) throws -> Bool {
        if room.kind == .direct { return false }
        if try store.role(of: user.key, in: room.key) == .admin { return true }
        return try account().isAdmin
    }

    package func account() throws -> Account {
        guard let account = try store.account(user.key) else {
            throw Problem(.unauthorized, "Your account is gone.")
        }
        return account
    }

    /// For what only the server's admins may do.
    package func requireServerAdmin() throws {
        guard try account().isAdmin else { throw Problem(.forbidden, "Only admins of the server may do this.") }
    }

    package func requireOpen(_ room: Room) throws {
        if room.isArchived {
            throw Problem(.roomArchived, "\"\(room.slug)\" is archived; nothing changes there any more.")
        }
    }

    private func find(_ slug: String) throws -> (room: Room, isMember: Bool) {
        guard let (room, since) = try store.room(named: slug, as: user.key), room.kind == .public || since != nil else {
            throw Problem.noRoom(slug)
        }
        return (room, since != nil)
    }
}

extension RoomView {
    /// The same for who only looks: throws the `Problem` of a command that is refused.
    package func requireGovernor(_ account: Account?) throws(Problem) {
        if room.kind == .direct { throw Problem.directRoom }
        guard entry?.role == .admin || account?.isAdmin == true else { throw Problem.notGoverned(room) }
    }
}

extension Problem {
    fileprivate static let directRoom = Problem(
        .forbidden, "A direct room is always the same people's, has no name and is never archived.")

    fileprivate static func notGoverned(_ room: Room) -> Problem {
        Problem(.forbidden, "Only admins of \"\(room.slug)\" may do this.")
    }

    /// The one answer for a room that is not there and for one that is hidden.
    package static func noRoom(_ slug: String) -> Problem {
        Problem(.noSuchRoom, "There is no room \"\(slug.prefix(64))\", or you may not see it.")
    }
}
