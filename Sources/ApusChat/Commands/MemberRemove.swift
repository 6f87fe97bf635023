import ApusCore
import ApusWire

/// Ends somebody else's membership.
struct MemberRemove: MemberCommand {
    static let op = "member.remove"
    let slug: String
    let user: String

    func run(in context: CommandContext) throws -> Reply.Content {
        let room = try context.governedRoom(slug)
        let person = try context.member(user, of: room).account.identity
        if person.key == context.user.key {
            throw Problem(.invalidField, "\"user\" of member.remove is yourself; leave with room.leave.")
        }
        return ["seq": .integer(try context.leave(person, from: room))]
    }
}
