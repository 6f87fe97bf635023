package import ApusCore
package import ApusWire

/// An incoming webhook: who knows its token posts in one room, under a name of its own.
package struct Hook: Sendable {
    /// The most that one room may have.
    package static let maximum: Int64 = 10

    package let id: String
    package let room: String
    /// The account that its messages are of.
    package let user: Identity
    /// Who made it, and answers for it: what it posts is taken off their allowance.
    package let by: UserKey
    package let at: Timestamp

    package init(id: String, room: String, user: Identity, by: UserKey, at: Timestamp) {
        self.id = id
        self.room = room
        self.user = user
        self.by = by
        self.at = at
    }
}

/// Hooks, inside a write transaction.
package protocol HookWriting: AnyObject {
    func insertHook(_ hook: Hook, tokenHash: [UInt8], in room: RoomKey) throws
    func hookCount(in room: RoomKey) throws -> Int64
    /// Nil for a person.
    func program(_ user: UserKey) throws -> Program?
    /// Returns the account it posted as; nil when the room has no such hook.
    func deleteHook(_ id: String, in room: RoomKey) throws -> Identity?
    /// Those that a user has made; returns where they were, and the accounts they posted as.
    func deleteHooks(of maker: UserKey) throws -> [(room: RoomKey, user: Identity)]
}

/// Hooks, as requests read them. Blocks.
package protocol HookReading: Sendable {
    func hook(tokenHash: [UInt8]) throws -> Hook?
    /// The hooks of a room, oldest first.
    func hooks(in room: RoomKey) throws -> [Hook]
}
