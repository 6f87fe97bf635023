import ApusCore
package import ApusWire

/// Says a message of one's own anew.
package struct MessageEdit: ChatCommand {
    package static let op = "message.edit"
    let slug: String
    let number: Int64
    let text: MessageText

    package init(_ fields: Fields) throws {
        slug = try fields.string("room")
        number = try fields.number("number")
        text = try MessageText(fields, of: Self.op)
    }

    package var content: JSONValue { [.string(slug), .integer(number)] }
    package var said: String? { text.value }

    package func run(in context: CommandContext) throws -> Reply.Content {
        try text.check(context.limits)
        let room = try context.openRoom(slug)
        let message = try context.message(number, in: room)
        guard message.by == context.user.id else {
            throw Problem(.forbidden, "Message \(number) of \"\(slug)\" is not yours; only its author may change it.")
        }
        // Not by `==`, for which two spellings of an accent are one.
        if message.text.utf8.elementsEqual(text.value.utf8) { return ["seq": .integer(message.seq)] }
        let mentions = try context.mentions(in: text.value, of: room)
        let seq = try context.append("message.updated", in: room, about: message) {
            $0.member("number", number)
            $0.member("text", text.value)
            $0.member("edited_at", context.at)
            mentions.map(\.id).encodeMentions(into: &$0)
        }
        try context.store.editMessage(message, to: text.value, at: context.at, seq: seq)
        try context.store.removeMentions(of: message, in: room.key)
        try context.store.insertMentions(mentions, number: number, in: room.key)
        return ["seq": .integer(seq)]
    }
}
