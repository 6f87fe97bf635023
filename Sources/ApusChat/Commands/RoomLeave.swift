import ApusCore
package import ApusWire

/// Ends one's membership; one's own leaving is the last event of the room that one sees.
package struct RoomLeave: ChatCommand {
    package static let op = "room.leave"
    let slug: String

    package init(_ fields: Fields) throws { slug = try fields.string("room") }

    package var content: JSONValue { [.string(slug)] }

    package func run(in context: CommandContext) throws -> JSONObject {
        let room = try context.memberRoom(slug)
        let seq = try context.append("member.left", in: room, membership: .left(context.user.key)) {
            $0.member("user", context.user.id)
        }
        try context.store.endStay(of: context.user.key, in: room.key, at: seq)
        return ["seq": .integer(seq)]
    }
}
