import ApusCore
package import ApusWire

/// Becomes a member of a public room. For a member it changes nothing and says when they joined.
package struct RoomJoin: ChatCommand {
    package static let op = "room.join"
    let slug: String

    package init(_ fields: Fields) throws { slug = try fields.string("room") }

    package var content: JSONValue { [.string(slug)] }

    package func run(in context: CommandContext) throws -> Reply.Content {
        let room = try context.room(slug)
        if let since = try context.store.stay(of: context.user.key, in: room.key) { return ["seq": .integer(since)] }
        try context.requireOpen(room)
        if try context.store.isBanned(context.user.key, from: room.key) {
            throw Problem(.banned, "You are banned from \"\(room.slug)\"; one of its admins can lift the ban.")
        }
        return ["seq": .integer(try context.join(context.user, to: room))]
    }
}
