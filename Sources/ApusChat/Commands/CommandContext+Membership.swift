import ApusCore
import ApusWire

/// Coming and going, the same whoever causes it.
extension CommandContext {
    /// Makes somebody a member; returns the seq of their joining.
    @discardableResult
    func join(_ person: Identity, to room: Room, as role: RoomRole = .member) throws -> Int64 {
        let program = try store.program(person.key)
        let seq = try append("member.joined", in: room, membership: .joined(person.key)) {
            person.encodeAsMember(program, into: &$0)
        }
        try store.beginStay(of: person.key, in: room.key, as: role, at: seq)
        receipts.insert(MemberKey(room: room.key, user: person.key))
        return seq
    }

    /// Makes a room with the user as its first member; returns the seq of both.
    func open(_ new: NewRoom, as role: RoomRole) throws -> (room: Room, seq: Int64) {
        let room = try store.insertRoom(new, by: user.key)
        // The stay begins with the room itself, so that its maker sees both events.
        let seq = try append("room.created", in: room, membership: .joined(user.key), data: room.encodeCreation)
        try store.beginStay(of: user.key, in: room.key, as: role, at: seq)
        let program = try store.program(user.key)
        try append("member.joined", in: room) { user.encodeAsMember(program, into: &$0) }
        return (room, seq)
    }

    /// Ends a membership; one's own leaving is the last event of the room that one sees.
    func leave(_ person: Identity, from room: Room, banned: Bool = false) throws -> Int64 {
        let seq = try append("member.left", in: room, membership: .left(person.key)) {
            $0.member("user", person.id)
            if banned { $0.member("banned", true) }
        }
        try store.endStay(of: person.key, in: room.key, at: seq)
        // How far all are may have changed; and once a room is small, each one's progress is told again.
        receipts.insert(MemberKey(room: room.key, user: person.key))
        if room.memberCount - 1 == smallRoomMembers {
            for member in try store.members(of: room.key) { receipts.insert(MemberKey(room: room.key, user: member)) }
        }
        try findHeir(in: room)
        return seq
    }

    /// A public room without an admin has the server's; a private one would have nobody.
    /// - Parameter besides: who is no heir.
    func findHeir(in room: Room, besides user: UserKey? = nil) throws {
        guard room.kind == .private, try !store.hasAdmin(room.key, besides: user),
            let heir = try store.eldest(in: room.key, besides: user)?.identity,
            try store.role(of: heir.key, in: room.key) != .admin
        else { return }
        try setRole(.admin, of: heir, in: room)
    }

    @discardableResult
    func setRole(_ role: RoomRole, of person: Identity, in room: Room) throws -> Int64 {
        try store.setRole(role, of: person.key, in: room.key)
        return try append("member.updated", in: room) {
            $0.member("user", person.id)
            $0.member("role", role.rawValue)
        }
    }

    /// A direct room's first message is what brings its people in.
    func gather(in room: Room) throws {
        guard room.kind == .direct, room.memberCount < room.people.count else { return }
        for person in try store.participants(of: room.key) {
            try store.removeParticipant(person.key, from: room.key)
            try join(person, to: room)
        }
    }
}

extension Identity {
    /// The person in `member.joined`, so that readers can show them without asking.
    func encodeAsMember(_ program: Program?, into writer: inout JSONWriter) {
        writer.member("user", id)
        writer.member("name", name)
        writer.member("display_name", displayName)
        program.encodeKind(into: &writer)
    }
}
