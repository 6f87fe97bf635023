import ApusCore
import ApusWire

/// Keeps somebody out of a room, whether they are in it now or not.
struct MemberBan: MemberCommand {
    static let op = "member.ban"
    let slug: String
    let user: String

    func run(in context: CommandContext) throws -> Reply.Content {
        let room = try context.governedRoom(slug)
        let account = try context.person(user)
        let person = account.identity
        if person.key == context.user.key {
            throw Problem(.invalidField, "\"user\" of member.ban is yourself; leave with room.leave.")
        }
        if account.isAdmin {
            throw Problem(.forbidden, "\(person.name) is an admin of the server and cannot be banned from a room.")
        }
        if try context.store.isBanned(person.key, from: room.key) { return ["seq": .integer(context.store.head)] }
        let isMember = try context.store.stay(of: person.key, in: room.key) != nil
        try context.store.ban(person.key, from: room.key, at: context.at)
        let seq =
            isMember
            ? try context.leave(person, from: room, banned: true)
            : try context.append("member.updated", in: room) {
                $0.member("user", person.id)
                $0.member("banned", true)
            }
        return ["seq": .integer(seq)]
    }
}
