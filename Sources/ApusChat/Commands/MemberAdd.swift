import ApusCore
import ApusWire

/// Makes somebody a member: any member may in a public room, who governs it in a private one. Of a member it says when
/// they joined.
struct MemberAdd: MemberCommand {
    static let op = "member.add"
    let slug: String
    let user: String

    func run(in context: CommandContext) throws -> Reply.Content {
        let room = try context.room(slug)
        try context.refuseDirect(room)
        if try !context.governs(room) {
            if room.kind == .private { throw Problem(.forbidden, "Only admins of \"\(room.slug)\" may add members.") }
            _ = try context.memberRoom(slug)
        }
        try context.requireOpen(room)
        let person = try context.invitee(user).identity
        if let since = try context.store.stay(of: person.key, in: room.key) { return ["seq": .integer(since)] }
        if try context.store.isBanned(person.key, from: room.key) {
            throw Problem(
                .banned, "\(person.name) is banned from \"\(room.slug)\"; lift the ban with member.unban first.")
        }
        return ["seq": .integer(try context.join(person, to: room))]
    }
}
