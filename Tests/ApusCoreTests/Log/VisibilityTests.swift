import Testing

@testable import ApusCore

struct VisibilityTests {
    static let user = UserKey(1)
    static let room = RoomKey(1)

    static func visibility(_ stays: (Int64, Int64?)...) -> Visibility {
        Visibility(
            user: user, stays: stays.map { Membership(room: room, from: $0.0, through: $0.1) })
    }

    @Test(arguments: [(4, false), (5, true), (6, true), (8, true), (9, false), (10, true), (11, true)])
    func `both ends of a stay belong to it`(seq: Int64, sees: Bool) {
        #expect(Self.visibility((5, 8), (10, nil)).sees(.room(Self.room), at: seq) == sees)
    }

    @Test(arguments: [(4, false), (5, true), (7, true), (8, false), (9, false), (10, true)])
    func `a member is who has joined and not left once a seq has happened`(seq: Int64, isMember: Bool) {
        let visibility = Self.visibility((10, nil), (5, 8))
        #expect(visibility.isMember(of: Self.room, after: seq) == isMember)
        #expect(visibility.rooms(after: seq) == (isMember ? [Self.room] : []))
    }

    @Test(arguments: [(4, false), (5, true), (8, true), (9, false), (10, true)])
    func `what is said about an earlier event is seen by who was there at both`(witness: Int64, sees: Bool) {
        func event(at seq: Int64) -> EncodedEvent {
            EncodedEvent(
                seq: seq, audience: .room(Self.room), number: nil, membership: nil, witness: witness, json: [])
        }
        #expect(Self.visibility((5, 8), (10, nil)).sees(event(at: 11)) == sees)
        #expect(!Self.visibility((5, 8), (10, nil)).sees(event(at: 9)))
    }

    @Test func `one sees what is for oneself or for everybody, and nothing of others`() {
        let visibility = Self.visibility()
        #expect(visibility.sees(.user(Self.user), at: 1))
        #expect(visibility.sees(.everyone, at: 1))
        #expect(!visibility.sees(.user(UserKey(2)), at: 1))
        #expect(!visibility.sees(.room(RoomKey(2)), at: 1))
    }

    @Test func `a change of membership that is known already changes nothing`() {
        let changes: [(MembershipChange, Int64)] = [
            (.joined(Self.user), 5), (.left(Self.user), 8), (.joined(Self.user), 10), (.left(Self.user), 12),
            (.joined(Self.user), 13),
        ]
        var once = Self.visibility()
        for (change, seq) in changes { once.apply(change, room: Self.room, seq: seq) }
        #expect(once.stays[Self.room]?.map(\.from) == [5, 10, 13])
        #expect(once.stays[Self.room]?.map(\.through) == [8, 12, nil])
        var twice = once
        for (change, seq) in changes { twice.apply(change, room: Self.room, seq: seq) }
        #expect(twice.stays == once.stays)
    }

    @Test func `somebody else's coming and going is not one's own`() {
        var visibility = Self.visibility((5, nil))
        visibility.apply(.left(UserKey(2)), room: Self.room, seq: 6)
        visibility.apply(.joined(UserKey(2)), room: RoomKey(2), seq: 7)
        #expect(visibility.stays == Self.visibility((5, nil)).stays)
    }
}
