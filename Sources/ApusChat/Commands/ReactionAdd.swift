import ApusCore
package import ApusWire

/// Answers a message with an emoji.
package struct ReactionAdd: ChatCommand {
    package static let op = "reaction.add"
    let reaction: Reaction
    let emoji: String

    package init(_ fields: Fields) throws {
        reaction = try Reaction(fields)
        guard let emoji = reaction.emoji else { throw reaction.noEmoji(Self.op) }
        self.emoji = emoji
    }

    package var content: JSONValue { reaction.content }

    package func run(in context: CommandContext) throws -> Reply.Content {
        let room = try context.openRoom(reaction.slug)
        let message = try context.message(reaction.number, in: room)
        if try context.store.hasReaction(emoji, to: message, by: context.user.key) {
            return ["seq": .integer(message.seq)]
        }
        let present = try context.store.reactions(to: message)
        guard present.contains(emoji) || present.count < Reaction.maximum else {
            throw Problem(
                .tooLarge,
                "A message carries at most \(Reaction.maximum) different emoji, and this one has them; use one of them."
            )
        }
        let seq = try context.append("reaction.added", in: room, about: message) { reaction.encode(emoji, into: &$0) }
        try context.store.insertReaction(emoji, to: message, by: context.user.key, seq: seq)
        return ["seq": .integer(seq)]
    }
}
