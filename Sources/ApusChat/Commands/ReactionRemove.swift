import ApusCore
package import ApusWire

/// Takes one's own reaction back, whatever the rules were when it was given.
package struct ReactionRemove: ChatCommand {
    package static let op = "reaction.remove"
    let reaction: Reaction

    package init(_ fields: Fields) throws { reaction = try Reaction(fields) }

    package var content: JSONValue { reaction.content }

    package func run(in context: CommandContext) throws -> Reply.Content {
        let room = try context.openRoom(reaction.slug)
        let message = try context.message(reaction.number, in: room)
        // As it came first: that is what clients show of it, and look-alikes may be there from before they were one.
        let stored = try [reaction.text, reaction.emoji].compactMap(\.self).first {
            try context.store.hasReaction($0, to: message, by: context.user.key)
        }
        guard let stored else {
            if reaction.emoji == nil { throw reaction.noEmoji(Self.op) }
            return ["seq": .integer(message.seq)]
        }
        let seq = try context.append("reaction.removed", in: room, about: message) {
            reaction.encode(stored, into: &$0)
        }
        try context.store.removeReaction(stored, to: message, by: context.user.key, seq: seq)
        return ["seq": .integer(seq)]
    }
}
