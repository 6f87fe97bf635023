import ApusCore
package import ApusWire

/// Makes a public room; whoever makes it is its first member.
package struct RoomCreate: ChatCommand {
    package static let op = "room.create"
    let slug: String
    let name: String
    let topic: String
    let history: RoomHistory

    package init(_ fields: Fields) throws {
        switch try fields.string("kind") {
        case RoomKind.public.rawValue: break
        case let kind:
            throw Problem(.invalidField, "\"kind\" of room.create is \"public\", but \"\(kind.prefix(40))\" came.")
        }
        slug = try fields.string("room")
        guard Room.isSlug(slug) else {
            throw Problem(.invalidField, "\"room\" of room.create is 2 to 64 characters of a-z, 0-9, _ and -.")
        }
        name = try fields.optionalString("name") ?? slug
        topic = try fields.optionalString("topic") ?? ""
        guard (1...100).contains(name.unicodeScalars.count), topic.unicodeScalars.count <= 1000 else {
            throw Problem(.invalidField, "A room's name has 1 to 100 characters and its topic at most 1,000.")
        }
        history = try fields.choice("history", RoomHistory.self) ?? .all
    }

    package var content: JSONValue { [.string(slug), .string(name), .string(topic), .string(history.rawValue)] }

    package func run(in context: CommandContext) throws -> JSONObject {
        if try context.store.room(named: slug) != nil {
            throw Problem(.roomExists, "There is a room \"\(slug)\" already; join it, or choose another name.")
        }
        let room = try context.store.insertRoom(
            NewRoom(slug: slug, name: name, topic: topic, history: history), by: context.user.key)
        // The stay begins with the room itself, so that its maker sees both events.
        let seq = try context.append(
            "room.created", in: room, membership: .joined(context.user.key), data: room.encodeCreation)
        try context.store.beginStay(of: context.user.key, in: room.key, as: .admin, at: seq)
        try context.append("member.joined", in: room) { context.user.encodeAsMember(into: &$0) }
        return ["seq": .integer(seq), "room": .string(slug)]
    }
}
