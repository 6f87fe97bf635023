import ApusCore
package import ApusWire

/// Takes one's own reaction back.
package struct ReactionRemove: ChatCommand {
    package static let op = "reaction.remove"
    let reaction: Reaction

    package init(_ fields: Fields) throws { reaction = try Reaction(fields, of: Self.op) }

    package var content: JSONValue { reaction.content }

    package func run(in context: CommandContext) throws -> JSONObject {
        let room = try context.openRoom(reaction.slug)
        let message = try context.message(reaction.number, in: room)
        guard try context.store.hasReaction(reaction.emoji, to: message, by: context.user.key) else {
            return ["seq": .integer(message.seq)]
        }
        let seq = try context.append("reaction.removed", in: room, about: message, data: reaction.encode)
        try context.store.removeReaction(reaction.emoji, to: message, by: context.user.key, seq: seq)
        return ["seq": .integer(seq)]
    }
}
