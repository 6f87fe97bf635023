import ApusCore
package import ApusWire

/// Changes what a room is called, what it is about, and from where on its history is read.
package struct RoomUpdate: ChatCommand {
    package static let op = "room.update"
    let slug: String
    let name: String?
    let topic: String?
    let history: RoomHistory?

    package init(_ fields: Fields) throws {
        slug = try fields.string("room")
        name = try fields.optionalString("name")
        topic = try fields.optionalString("topic")
        history = try fields.choice("history", RoomHistory.self)
        if name == nil, topic == nil, history == nil {
            throw Problem(.invalidField, "room.update needs at least one of \"name\", \"topic\" and \"history\".")
        }
        try Room.checkDescription(name: name, topic: topic)
    }

    package var content: JSONValue {
        [
            .string(slug), name.map { .string($0) } ?? .null, topic.map { .string($0) } ?? .null,
            history.map { .string($0.rawValue) } ?? .null,
        ]
    }

    package func run(in context: CommandContext) throws -> Reply.Content {
        let before = try context.governedRoom(slug)
        var room = before
        room.name = name ?? before.name
        room.topic = topic ?? before.topic
        room.history = history ?? before.history
        // Not by `==`, for which two spellings of an accent are one.
        if room.name.utf8.elementsEqual(before.name.utf8), room.topic.utf8.elementsEqual(before.topic.utf8),
            room.history == before.history
        {
            return ["seq": .integer(context.store.head)]
        }
        try context.store.updateRoom(room)
        return ["seq": .integer(try context.append("room.updated", in: room, data: room.encodeCreation))]
    }
}
