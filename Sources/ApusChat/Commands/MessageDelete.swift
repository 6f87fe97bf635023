import ApusCore
package import ApusWire

/// Takes a message back: nothing of what it said is kept anywhere.
package struct MessageDelete: ChatCommand {
    package static let op = "message.delete"
    let slug: String
    let number: Int64

    package init(_ fields: Fields) throws {
        slug = try fields.string("room")
        number = try fields.number("number")
    }

    package var content: JSONValue { [.string(slug), .integer(number)] }

    package func run(in context: CommandContext) throws -> Reply.Content {
        let governs = try context.governs(context.room(slug))
        let room = try governs ? context.governedRoom(slug) : context.openRoom(slug)
        let message = try context.messageOrTombstone(number, in: room)
        guard governs || message.by == context.user.id else {
            throw Problem(
                .forbidden,
                "Message \(number) of \"\(slug)\" is not yours; its author and the room's admins may delete it.")
        }
        if message.isDeleted { return ["seq": .integer(message.seq)] }
        let seq = try context.append("message.deleted", in: room, about: message) { $0.member("number", number) }
        try context.store.removeMentions(of: message, in: room.key)
        context.purged += try context.store.deleteMessage(message, at: context.at, seq: seq)
        return ["seq": .integer(seq)]
    }
}
