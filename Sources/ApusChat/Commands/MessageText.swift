import ApusWire

/// The field `text` of the commands that say something.
struct MessageText: Sendable {
    let value: String

    init(_ fields: Fields, of op: String) throws {
        value = try fields.string("text")
        if value.isEmpty { throw Problem(.invalidField, "\"text\" of \(op) is empty.") }
    }

    func check(_ limits: ChatLimits) throws {
        let limit = limits.textLength
        if limit > 0, value.utf8.count > limit, value.unicodeScalars.count > limit {
            throw Problem(
                .tooLarge, "A message has at most \(limit) characters, but \(value.unicodeScalars.count) came.")
        }
    }
}
