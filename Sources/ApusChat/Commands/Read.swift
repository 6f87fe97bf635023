import ApusCore
package import ApusWire

/// Says how far one has read in a room; never goes back.
package struct Read: ChatCommand {
    package static let op = "read"
    package static let isRemembered = false
    let slug: String
    let number: Int64

    package init(_ fields: Fields) throws {
        slug = try fields.string("room")
        number = try fields.number("number")
    }

    package var content: JSONValue { [.string(slug), .integer(number)] }

    package func run(in context: CommandContext) throws -> Reply.Content {
        let room = try context.memberRoom(slug)
        guard number <= room.head else {
            throw Problem(
                .invalidField, "\"number\" is past the last message of \"\(slug)\", which is number \(room.head).")
        }
        let stands = try context.store.read(number, in: room.key, by: context.user.key)
        if stands == number { context.receipts.insert(MemberKey(room: room.key, user: context.user.key)) }
        return ["read": .integer(stands)]
    }
}
