import ApusWire

/// The fields of both commands about reactions.
struct Reaction: Sendable {
    /// The most different emoji under one message.
    static let maximum = 20

    let slug: String
    let number: Int64
    let emoji: String

    init(_ fields: Fields, of op: String) throws {
        slug = try fields.string("room")
        number = try fields.number("number")
        let text = try fields.string("emoji")
        guard let emoji = Emoji.normalized(text) else {
            throw Problem(
                .invalidField,
                "\"emoji\" of \(op) is one emoji of at most \(Emoji.maximumBytes) bytes, but \"\(text.prefix(20))\" came."
            )
        }
        self.emoji = emoji
    }

    var content: JSONValue { [.string(slug), .integer(number), .string(emoji)] }

    func encode(into writer: inout JSONWriter) {
        writer.member("number", number)
        writer.member("emoji", emoji)
    }
}
