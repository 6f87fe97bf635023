import ApusCore
package import ApusWire

/// Ends one's membership, in an archived room too. Nobody leaves a direct room.
package struct RoomLeave: ChatCommand {
    package static let op = "room.leave"
    let slug: String

    package init(_ fields: Fields) throws { slug = try fields.string("room") }

    package var content: JSONValue { [.string(slug)] }

    package func run(in context: CommandContext) throws -> Reply.Content {
        let room = try context.memberRoom(slug)
        try context.refuseDirect(room)
        return ["seq": .integer(try context.leave(context.user, from: room))]
    }
}
