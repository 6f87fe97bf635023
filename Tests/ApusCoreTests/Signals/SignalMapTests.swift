import ApusWire
import Testing

@testable import ApusCore

struct SignalMapTests {
    private func values(_ map: SignalMap, _ rooms: [Int64], since: Int64? = nil) -> [String] {
        map.values(in: rooms.map(RoomKey.init), since: since).map { String(decoding: $0.json, as: UTF8.self) }
    }

    private func presence(_ state: String, user: Int64, isAtRest: Bool = false) -> SignalDraft {
        SignalDraft(
            key: SignalKey(.presence, room: nil, user: UserKey(user)), room: nil, user: "u_\(user)",
            value: Array("\"\(state)\"".utf8), at: Timestamp(milliseconds: 0), isAtRest: isAtRest)
    }

    @Test func `each change has the next version, and only the newest value is kept`() {
        var map = SignalMap()
        check(map.set(.value(1, room: 1)).version == 1)
        check(map.set(.value(2, room: 1)).version == 2)
        check(map.set(.value(7, room: 2)).version == 3)
        #expect(map.version == 3)
        #expect(
            values(map, [1]) == [
                #"{"type":"receipt","room":"r1","user":"u_0","value":2,"at":"1970-01-01T00:16:40.000Z","v":2}"#
            ])
        #expect(map.contains(SignalDraft.value(0, room: 1).key))
        #expect(!map.contains(SignalDraft.value(0, room: 3).key))
    }

    @Test func `since a version only what changed later comes, in the order of its changes`() {
        var map = SignalMap()
        for user in [3, 1, 2] as [Int64] { _ = map.set(.value(user, room: 1, user: user)) }
        #expect(map.values(in: [RoomKey(1)], since: nil).map(\.version) == [1, 2, 3])
        #expect(map.values(in: [RoomKey(1)], since: 1).map(\.version) == [2, 3])
        #expect(map.values(in: [RoomKey(1)], since: 3).isEmpty)
        #expect(map.values(in: [RoomKey(2)], since: nil).isEmpty)
    }

    @Test func `what is at rest is absent from all, but told to who may have seen it otherwise`() {
        var map = SignalMap()
        _ = map.set(.typing(true, room: 1, user: 1))
        _ = map.set(.typing(false, room: 1, user: 1))
        #expect(map.values(in: [RoomKey(1)], since: nil).isEmpty)
        #expect(map.values(in: [RoomKey(1)], since: 1).map(\.version) == [2])
    }

    @Test func `typing ends by itself, at its time and not before`() {
        var map = SignalMap()
        _ = map.set(.typing(true, room: 1, user: 1, at: 1000))
        check(map.expire(now: Timestamp(milliseconds: 10_999)).isEmpty)
        let ended = map.expire(now: Timestamp(milliseconds: 11_000))
        #expect(ended.map(\.isAtRest) == [true])
        #expect(ended.map { String(decoding: $0.value, as: UTF8.self) } == ["false"])
        for draft in ended { _ = map.set(draft) }
        check(map.expire(now: Timestamp(milliseconds: 11_001)).isEmpty)
    }

    @Test func `what has been at rest for long is forgotten, and older tokens are no longer good`() {
        var map = SignalMap()
        _ = map.set(.value(1, room: 1))
        _ = map.set(.typing(false, room: 1, user: 1, at: 0))
        _ = map.set(.value(2, room: 2))
        check(map.expire(now: Timestamp(milliseconds: SignalMap.restMilliseconds - 1)).isEmpty)
        #expect(map.floor == 0)
        check(map.expire(now: Timestamp(milliseconds: SignalMap.restMilliseconds)).isEmpty)
        #expect(map.floor == 2)
        #expect(map.values(in: [RoomKey(1), RoomKey(2)], since: 0).map(\.version) == [1, 3])
    }

    @Test func `presence is seen once, in any of the rooms it is of interest in`() {
        var map = SignalMap()
        map.setPresent(UserKey(1), in: [RoomKey(1), RoomKey(2)])
        _ = map.set(presence("online", user: 1))
        #expect(map.values(in: [RoomKey(1), RoomKey(2)], since: nil).count == 1)
        #expect(map.values(in: [RoomKey(3)], since: nil).isEmpty)
        map.removePresent(UserKey(1), from: RoomKey(1))
        #expect(map.values(in: [RoomKey(1)], since: nil).isEmpty)
        #expect(map.values(in: [RoomKey(2)], since: nil).count == 1)
    }

    @Test func `the presence of who has been away for long is forgotten`() {
        var map = SignalMap()
        map.setPresent(UserKey(1), in: [RoomKey(1)])
        _ = map.set(presence("offline", user: 1, isAtRest: true))
        #expect(map.values(in: [RoomKey(1)], since: 0).count == 1)
        _ = map.expire(now: Timestamp(milliseconds: SignalMap.restMilliseconds))
        #expect(map.values(in: [RoomKey(1)], since: 0).isEmpty)
        #expect(map.floor == 1)
    }
}
