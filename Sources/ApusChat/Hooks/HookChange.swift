package import ApusCore
package import ApusWire

/// Making and removing incoming webhooks. Not commands, for a command's reply is kept for ever, and a token is not.
package struct HookChange {
    private let context: CommandContext

    package init(in store: any ChatTransaction, by user: Identity, at now: Timestamp) {
        context = CommandContext(store: store, user: user, at: now)
    }

    /// To be told after the commit.
    package var effects: WriteJob.Effects { context.effects }

    /// Makes a hook, and the account that it posts as, which becomes a member of the room.
    package func make(named name: String, in slug: String, token: BearerToken) throws -> Hook {
        try Label.check(name, as: "A hook's \"name\"", lengths: 1...64)
        // The request may have waited behind a ban, which ends what its maker has made by then.
        if try context.account().isBanned { throw Problem.banned }
        let room = try context.governedRoom(slug)
        guard try context.store.hookCount(in: room.key) < Hook.maximum else {
            throw Problem(
                .tooLarge, "\"\(room.slug)\" has \(Hook.maximum) hooks, the most there may be; remove one first.")
        }
        let account = NewUser(
            name: OpaqueID.make(prefix: "hook-", length: 20), displayName: name, role: .bot, password: nil)
        let key = try context.store.insertUser(account)
        let user = Identity(key: key, id: account.id, name: account.name, displayName: account.displayName)
        let hook = Hook(
            id: OpaqueID.make(prefix: "h_"), room: room.slug, user: user, by: context.user.key, at: context.at)
        // First, so that the others are told that it is a hook which joins.
        try context.store.insertHook(hook, tokenHash: token.hash, in: room.key)
        try context.join(user, to: room)
        return hook
    }

    /// Ends a hook; its account leaves the room, its messages stay.
    package func remove(_ id: String, in slug: String) throws {
        let room = try context.governedRoom(evenArchived: slug)
        guard let user = try context.store.deleteHook(id, in: room.key) else {
            throw Problem(.noSuchLink, "\"\(room.slug)\" has no hook \"\(id.prefix(40))\".")
        }
        try context.retire(user, from: room)
    }
}

extension CommandContext {
    /// Ends the hooks that somebody has made, wherever they are.
    func endHooks(of maker: UserKey) throws {
        for (key, user) in try store.deleteHooks(of: maker) {
            if let room = try store.room(key) { try retire(user, from: room) }
        }
    }

    /// The account of a hook that has ended leaves the room, unless it was put out before.
    fileprivate func retire(_ user: Identity, from room: Room) throws {
        if try store.stay(of: user.key, in: room.key) != nil { _ = try leave(user, from: room) }
    }
}
