import ApusCore
package import ApusWire

/// Says something in a room.
package struct MessagePost: ChatCommand {
    package static let op = "message.post"
    let slug: String
    let text: MessageText
    let replyTo: Int64?

    package init(_ fields: Fields) throws {
        slug = try fields.string("room")
        text = try MessageText(fields, of: Self.op)
        replyTo = try fields.optionalNumber("reply_to")
    }

    package var content: JSONValue {
        if let replyTo { [.string(slug), .integer(replyTo)] } else { [.string(slug)] }
    }
    package var said: String? { text.value }

    package func run(in context: CommandContext) throws -> Reply.Content {
        try text.check(context.limits)
        let room = try context.openRoom(slug)
        if let replyTo { _ = try context.message(replyTo, in: room) }
        try context.gather(in: room)
        let mentions = try context.mentions(in: text.value, of: room)
        let number = try context.store.takeNumber(in: room.key)
        let seq = try context.append("message.created", in: room, number: number) {
            $0.member("number", number)
            $0.member("text", text.value)
            if let replyTo { $0.member("reply_to", replyTo) }
            mentions.map(\.id).encodeMentions(into: &$0)
        }
        if !mentions.isEmpty { try context.store.insertMentions(mentions, number: number, in: room.key) }
        return Reply.Content {
            $0.member("seq", seq)
            $0.member("number", number)
            $0.member("at", context.at)
        }
    }
}
