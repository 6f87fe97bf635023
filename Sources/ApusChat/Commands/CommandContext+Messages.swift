import ApusCore
import ApusWire

/// What the commands about messages ask.
extension CommandContext {
    /// A message that the user may see, deleted or not.
    func messageOrTombstone(_ number: Int64, in room: Room) throws -> Message {
        let message = try store.message(number, in: room)
        // Who governs a public room may see it without being a member.
        let since = try store.stay(of: user.key, in: room.key)
        guard let message, room.history == .all || message.created >= since ?? .max else {
            throw noSuchMessage(number, in: room)
        }
        return message
    }

    /// A message that the user may see and that is not deleted.
    func message(_ number: Int64, in room: Room) throws -> Message {
        let message = try messageOrTombstone(number, in: room)
        if message.isDeleted { throw noSuchMessage(number, in: room) }
        return message
    }

    private func noSuchMessage(_ number: Int64, in room: Room) -> Problem {
        Problem(
            .noSuchMessage,
            "There is no message \(number) in \"\(room.slug)\", or it is deleted, or you may not see it.")
    }

    /// Whom a text names: members of the room, each once, and everybody.
    func mentions(in text: String, of room: Room) throws -> [Mention] {
        try Mention.names(in: text).compactMap { name in
            name == Mention.everybody
                ? Mention(user: nil, id: name) : try store.mention(ofMember: name, in: room.key)
        }
    }
}
