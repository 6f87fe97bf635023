import ApusCore
package import ApusWire

/// Closes a room for every change, and opens it again.
package struct RoomArchive: ChatCommand {
    package static let op = "room.archive"
    let slug: String
    let isOn: Bool

    package init(_ fields: Fields) throws {
        slug = try fields.string("room")
        isOn = try fields.optionalBool("on") ?? true
    }

    package var content: JSONValue { [.string(slug), .bool(isOn)] }

    package func run(in context: CommandContext) throws -> Reply.Content {
        let room = try context.governedRoom(evenArchived: slug)
        if room.isArchived == isOn { return ["seq": .integer(context.store.head)] }
        try context.store.archiveRoom(room.key, at: isOn ? context.at : nil)
        return ["seq": .integer(try context.append("room.archived", in: room) { $0.member("archived", isOn) })]
    }
}
