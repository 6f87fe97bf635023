import ApusCore
package import ApusWire

/// Finds or makes the room of certain people. Whoever asks is a member at once; the others become members, and hear of
/// it, with its first message.
package struct RoomDirect: ChatCommand {
    package static let op = "room.direct"
    static let maximumOthers = 8
    /// In order, each once.
    let others: [String]

    package init(_ fields: Fields) throws {
        others = Set(try fields.strings("users")).sorted()
        guard (1...Self.maximumOthers).contains(others.count) else {
            throw Problem(
                .invalidField,
                "\"users\" of room.direct names 1 to \(Self.maximumOthers) people, but \(others.count) came."
            )
        }
    }

    package var content: JSONValue { .array(others.map { .string($0) }) }

    package func run(in context: CommandContext) throws -> Reply.Content {
        if others.contains(context.user.id) {
            throw Problem(.invalidField, "\"users\" of room.direct names the others, and you are not one of them.")
        }
        let people = try others.map { try context.invitee($0).identity }
        let pair = (others + [context.user.id]).sorted().joined(separator: ",")
        if let room = try context.store.room(ofPair: pair) {
            if let since = try context.store.stay(of: context.user.key, in: room.key) { return Self.ok(room, since) }
            // Made by another of them, and nothing said yet.
            try context.store.removeParticipant(context.user.key, from: room.key)
            return Self.ok(room, try context.join(context.user, to: room))
        }
        let (room, seq) = try context.open(
            NewRoom(slug: OpaqueID.make(prefix: Room.directPrefix), kind: .direct, name: "", pair: pair), as: .member)
        for person in people { try context.store.insertParticipant(person.key, in: room.key) }
        return Self.ok(room, seq)
    }

    private static func ok(_ room: Room, _ seq: Int64) -> Reply.Content {
        ["seq": .integer(seq), "room": .string(room.slug)]
    }
}
