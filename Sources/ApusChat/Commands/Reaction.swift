import ApusWire

/// The fields of both commands about reactions.
struct Reaction: Sendable {
    /// The most different emoji under one message.
    static let maximum = 20

    let slug: String
    let number: Int64
    /// As it came.
    let text: String
    /// In its one form; nil if it is no emoji by the rules of today.
    let emoji: String?

    init(_ fields: Fields) throws {
        slug = try fields.string("room")
        number = try fields.number("number")
        text = try fields.string("emoji")
        emoji = Emoji.normalized(text)
    }

    var content: JSONValue { [.string(slug), .integer(number), .string(emoji ?? text)] }

    func noEmoji(_ op: String) -> Problem {
        Problem(
            .invalidField,
            "\"emoji\" of \(op) is one emoji of at most \(Emoji.maximumBytes) bytes, but \"\(text.prefix(20))\" came.")
    }

    func encode(_ emoji: String, into writer: inout JSONWriter) {
        writer.member("number", number)
        writer.member("emoji", emoji)
    }
}
