import ApusCore
package import ApusWire

/// Becomes a member of a public room. For a member it changes nothing and says when they joined.
package struct RoomJoin: ChatCommand {
    package static let op = "room.join"
    let slug: String

    package init(_ fields: Fields) throws { slug = try fields.string("room") }

    package var content: JSONValue { [.string(slug)] }

    package func run(in context: CommandContext) throws -> JSONObject {
        let room = try context.room(slug)
        if let since = try context.store.stay(of: context.user.key, in: room.key) { return ["seq": .integer(since)] }
        let seq = try context.append("member.joined", in: room, membership: .joined(context.user.key)) {
            context.user.encodeAsMember(into: &$0)
        }
        try context.store.beginStay(of: context.user.key, in: room.key, as: .member, at: seq)
        return ["seq": .integer(seq)]
    }
}

extension Identity {
    /// The person in `member.joined`, so that readers can show them without asking.
    func encodeAsMember(into writer: inout JSONWriter) {
        writer.member("user", id)
        writer.member("name", name)
        writer.member("display_name", displayName)
    }
}
