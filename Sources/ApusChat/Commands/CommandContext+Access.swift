import ApusCore
import ApusWire

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
        let (room, _) = try find(slug)
        guard try governs(room) else {
            throw Problem(.forbidden, "Only admins of \"\(room.slug)\" may do this.")
        }
        try requireOpen(room)
        return room
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

    private func requireOpen(_ room: Room) throws {
        if room.isArchived {
            throw Problem(.roomArchived, "\"\(room.slug)\" is archived; nothing changes there any more.")
        }
    }

    private func find(_ slug: String) throws -> (room: Room, isMember: Bool) {
        let room = try store.room(named: slug)
        // Asked of a room that is not there too, so that both answers take as long.
        let isMember = try store.stay(of: user.key, in: room?.key ?? RoomKey(0)) != nil
        guard let room, room.kind == .public || isMember else {
            throw Problem(.noSuchRoom, "There is no room \"\(slug.prefix(64))\", or you may not see it.")
        }
        return (room, isMember)
    }
}
