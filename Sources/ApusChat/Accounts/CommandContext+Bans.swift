import ApusCore

/// Shutting people out of the server and letting them in again, by a command or from the command line.
extension CommandContext {
    /// Shuts somebody out: signed out everywhere, and the links and hooks that they made are no good any more. Returns the
    /// seq at which everybody is told.
    func ban(_ account: Account) throws -> Int64 {
        let user = account.identity.key
        try store.setBanned(at: at, user)
        try store.endSessions(of: user, except: nil)
        try store.deleteLinks(of: user)
        let seq = try tell(Account(identity: account.identity, role: account.role, isBanned: true))
        try endHooks(of: user)
        try tellReceipts(of: user)
        try findHeirs(inRoomsOf: user)
        return seq
    }

    func unban(_ account: Account) throws -> Int64 {
        let user = account.identity.key
        try store.setBanned(at: nil, user)
        try tellReceipts(of: user)
        let seq = try tell(Account(identity: account.identity, role: account.role, isBanned: false))
        // Where all were banned nobody could take over.
        try findHeirs(inRoomsOf: user)
        return seq
    }

    private func findHeirs(inRoomsOf user: UserKey) throws {
        for key in try store.rooms(of: user) { if let room = try store.room(key) { try findHeir(in: room) } }
    }

    /// How far all are waits for somebody no more once they are banned, and again when they are not.
    private func tellReceipts(of user: UserKey) throws {
        try receipts.formUnion(store.rooms(of: user).map { MemberKey(room: $0, user: user) })
    }
}
