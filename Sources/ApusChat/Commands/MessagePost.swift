import ApusCore
package import ApusWire

/// Says something in a room.
package struct MessagePost: ChatCommand {
    package static let op = "message.post"
    let slug: String
    let text: String

    package init(_ fields: Fields) throws {
        slug = try fields.string("room")
        text = try fields.string("text")
        if text.isEmpty { throw Problem(.invalidField, "\"text\" of message.post is empty.") }
    }

    package var content: JSONValue { [.string(slug), .string(text)] }

    package func run(in context: CommandContext) throws -> JSONObject {
        let limit = context.limits.textLength
        if limit > 0, text.utf8.count > limit, text.unicodeScalars.count > limit {
            throw Problem(
                .tooLarge, "A message has at most \(limit) characters, but \(text.unicodeScalars.count) came.")
        }
        let room = try context.openRoom(slug)
        try context.gather(in: room)
        let number = try context.store.takeNumber(in: room.key)
        let seq = try context.append("message.created", in: room, number: number) {
            $0.member("number", number)
            $0.member("text", text)
        }
        try context.store.insertMessage(
            Message(
                room: slug, number: number, created: seq, by: context.user.id, at: context.at, id: context.id,
                text: text), in: room.key, by: context.user.key)
        return ["seq": .integer(seq), "number": .integer(number), "at": .string(context.at.description)]
    }
}
