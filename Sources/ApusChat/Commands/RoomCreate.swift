import ApusCore
package import ApusWire

/// Makes a public or a private room; whoever makes it is its first member and admin.
package struct RoomCreate: ChatCommand {
    package static let op = "room.create"
    /// Nil for a private room, whose id the server chooses.
    let slug: String?
    let name: String
    let topic: String
    let history: RoomHistory

    enum Kind: String, CaseIterable {
        case `public`, `private`
    }

    package init(_ fields: Fields) throws {
        switch try fields.choice("kind", Kind.self) {
        case nil: throw Problem(.invalidField, "room.create needs \"kind\", \"public\" or \"private\".")
        case .public:
            let slug = try fields.string("room")
            guard Room.isSlug(slug) else {
                throw Problem(
                    .invalidField,
                    "\"room\" of room.create is 2 to 64 characters of a-z, 0-9, _ and -, and does not begin with r_ or d_."
                )
            }
            name = try fields.optionalString("name") ?? slug
            history = try fields.choice("history", RoomHistory.self) ?? RoomKind.public.history
            self.slug = slug
        case .private:
            if try fields.optionalString("room") != nil {
                throw Problem(
                    .invalidField, "A private room gets its \"room\" from the server; send its \"name\" only.")
            }
            name = try fields.string("name")
            history = try fields.choice("history", RoomHistory.self) ?? RoomKind.private.history
            slug = nil
        }
        topic = try fields.optionalString("topic") ?? ""
        try Room.checkDescription(name: name, topic: topic)
    }

    package var content: JSONValue {
        [slug.map { .string($0) } ?? .null, .string(name), .string(topic), .string(history.rawValue)]
    }

    package func run(in context: CommandContext) throws -> Reply.Content {
        if let slug, try context.store.room(named: slug) != nil {
            throw Problem(.roomExists, "There is a room \"\(slug)\" already; join it, or choose another name.")
        }
        let (room, seq) = try context.open(
            NewRoom(
                slug: slug ?? OpaqueID.make(prefix: Room.privatePrefix), kind: slug == nil ? .private : .public,
                name: name, topic: topic, history: history), as: .admin)
        return ["seq": .integer(seq), "room": .string(room.slug)]
    }
}
