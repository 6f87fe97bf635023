import ApusCore
package import ApusWire

/// Makes a member an admin of the room, or an admin a member. A private room always has an admin: when its last one
/// steps down, the longest-standing other member takes over.
package struct MemberChangeRole: ChatCommand {
    package static let op = "member.role"
    let slug: String
    let user: String
    let role: RoomRole

    package init(_ fields: Fields) throws {
        slug = try fields.string("room")
        user = try fields.string("user")
        guard let role = try fields.choice("role", RoomRole.self) else {
            throw Problem(.invalidField, "member.role needs \"role\", \"admin\" or \"member\".")
        }
        self.role = role
    }

    package var content: JSONValue { [.string(slug), .string(user), .string(role.rawValue)] }

    package func run(in context: CommandContext) throws -> Reply.Content {
        let room = try context.governedRoom(slug)
        let (account, present) = try context.member(user, of: room)
        if present == role { return ["seq": .integer(context.store.head)] }
        let user = account.identity
        if role == .member, room.kind == .private, try !context.store.hasAdmin(room.key, besides: user.key) {
            let heir = try context.store.eldest(in: room.key, besides: user.key)
            // A program takes over from people who go, not from one who stays.
            guard let heir, !heir.isBanned, heir.role != .bot || account.role == .bot else {
                throw Problem(
                    .forbidden, "A private room needs an admin, and nobody else in \"\(room.slug)\" could be one.")
            }
        }
        let seq = try context.setRole(role, of: user, in: room)
        if role == .member { try context.findHeir(in: room, besides: user.key) }
        return ["seq": .integer(seq)]
    }
}
