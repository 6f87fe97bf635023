/// One stay of a user in a room, in log order: both ends belong to it, so that one's own joining and leaving are seen.
package struct Membership: Sendable, Hashable {
    package let room: RoomKey
    package let from: Int64
    /// The seq of the leaving event; nil while the stay lasts.
    package var through: Int64?

    package init(room: RoomKey, from: Int64, through: Int64?) {
        self.room = room
        self.from = from
        self.through = through
    }
}

/// Which events a user may see: a function of (user, event), the same whenever it is asked.
package struct Visibility: Sendable {
    package let user: UserKey
    package private(set) var stays: [RoomKey: [Membership]] = [:]

    package init(user: UserKey, stays: [Membership]) {
        self.user = user
        for stay in stays.sorted(by: { $0.from < $1.from }) { self.stays[stay.room, default: []].append(stay) }
    }

    /// An event about an earlier one is seen by who was there at both.
    package func sees(_ event: EncodedEvent) -> Bool {
        sees(event.audience, at: event.seq) && event.witness.map { sees(event.audience, at: $0) } ?? true
    }

    package func sees(_ audience: Audience, at seq: Int64) -> Bool {
        switch audience {
        case .everyone: true
        case .user(let user): user == self.user
        case .room(let room):
            stays[room]?.contains { $0.from <= seq && seq <= $0.through ?? .max } ?? false
        }
    }

    /// Whether the user is a member of the room once everything up to `seq` has happened.
    package func isMember(of room: RoomKey, after seq: Int64) -> Bool {
        stays[room]?.contains { $0.from <= seq && seq < $0.through ?? .max } ?? false
    }

    /// The rooms of the user once everything up to `seq` has happened.
    package func rooms(after seq: Int64) -> [RoomKey] {
        stays.keys.filter { isMember(of: $0, after: seq) }
    }

    /// Takes over a membership change of this user. One that is known already changes nothing.
    package mutating func apply(_ change: MembershipChange, room: RoomKey, seq: Int64) {
        var list = stays[room] ?? []
        switch change {
        case .joined(let user) where user == self.user:
            if list.contains(where: { $0.from >= seq }) { return }
            list.append(Membership(room: room, from: seq, through: nil))
        case .left(let user) where user == self.user:
            guard let last = list.lastIndex(where: { $0.from < seq }), list[last].through == nil else { return }
            list[last].through = seq
        default: return
        }
        stays[room] = list
    }
}
