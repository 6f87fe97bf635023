import ApusCore
import ApusWire

/// Lifts a ban; who was banned may join, or be added, again.
struct MemberUnban: MemberCommand {
    static let op = "member.unban"
    let slug: String
    let user: String

    func run(in context: CommandContext) throws -> Reply.Content {
        let room = try context.governedRoom(slug)
        let person = try context.person(user).identity
        guard try context.store.isBanned(person.key, from: room.key) else {
            return ["seq": .integer(context.store.head)]
        }
        try context.store.ban(person.key, from: room.key, at: nil)
        let seq = try context.append("member.updated", in: room) {
            $0.member("user", person.id)
            $0.member("banned", false)
        }
        return ["seq": .integer(seq)]
    }
}
