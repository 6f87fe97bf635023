import ApusWire
import NIOCore
import Testing

@testable import ApusCore

struct HubStateTests {
    static let now = NIODeadline.uptimeNanoseconds(0)

    private func state(configure: (inout HubConfiguration) -> Void = { _ in }) -> HubState {
        var configuration = HubConfiguration()
        configure(&configuration)
        var state = HubState(
            configuration: configuration, epochs: Epochs([Epoch(name: "e1", firstSeq: 1)]), head: 0, halves: 2)
        _ = state.install(Visibility(user: UserKey(1), stays: []), head: 0, now: Self.now)
        return state
    }

    private func request(_ kind: TransportKind = .webSocket, client: String? = nil) -> ReaderRequest {
        ReaderRequest(identity: .numbered(1), kind: kind, client: client)
    }

    private func isAttached(_ result: HubState.AttachResult) -> Bool {
        if case .attached = result { true } else { false }
    }

    private func publish(_ state: inout HubState, _ drafts: Draft...) -> UInt64 {
        let first = state.published + 1
        return state.publish(
            drafts.enumerated().map { $0.element.event(seq: first + Int64($0.offset)) }, signals: [], replies: [],
            now: Self.now)
    }

    @Test func `events of a room that was joined a moment ago reach the loop before it has drained the joining`() {
        var state = state()
        check(isAttached(state.attach(1, request(), half: 0, now: Self.now)))
        check(publish(&state, .message(7)) == 0)
        check(publish(&state, .joined(1, 7)) == 0b01)
        check(publish(&state, .message(7)) == 0, "a drain is on its way already")
        check(state.take(0).mail.events.map(\.seq) == [2, 3])
        #expect(state.mail[1].events.isEmpty)
    }

    @Test func `whoever attaches has the mail taken and stands at the published head`() throws {
        var state = state()
        _ = state.attach(1, request(), half: 0, now: Self.now)
        _ = publish(&state, .joined(1, 7), .message(7))
        guard case .attached(let attachment) = state.attach(2, request(), half: 0, now: Self.now) else {
            throw Problem(.internalError, "not attached")
        }
        #expect(attachment.delivery.position == 2)
        #expect(attachment.delivery.mail.events.count == 2)
        #expect(attachment.start == 2)
        #expect(attachment.rooms == [RoomKey(7)])
        #expect(state.mail[0].isEmpty)
    }

    @Test func `interest is not dropped while events wait, for a joining may be among them`() {
        var state = state()
        _ = state.attach(1, request(), half: 0, now: Self.now)
        _ = publish(&state, .joined(1, 7))
        _ = state.dropInterest(in: [RoomKey(7)], of: [UserKey(1)], half: 0)
        #expect(state.interest.rooms[RoomKey(7)] == 0b01)
        #expect(state.interest.users[UserKey(1)] == 0b01)
        _ = state.take(0)
        _ = state.dropInterest(in: [RoomKey(7)], of: [UserKey(1)], half: 1)
        #expect(state.interest.rooms[RoomKey(7)] == 0b01)
        _ = state.dropInterest(in: [RoomKey(7)], of: [UserKey(1)], half: 0)
        #expect(state.interest.rooms[RoomKey(7)] == nil)
        #expect(state.interest.users[UserKey(1)] == nil)
    }

    @Test func `a visibility that was read before the last changes takes them in`() {
        var state = state()
        _ = publish(&state, .joined(2, 7), .joined(2, 8), .left(2, 7))
        let read = Visibility(user: UserKey(2), stays: [])
        check(state.install(read, head: 0, now: Self.now))
        let installed = state.users[UserKey(2)]?.visibility
        #expect(installed?.rooms(after: 3) == [RoomKey(8)])
        #expect(installed?.sees(.room(RoomKey(7)), at: 3) == true)
    }

    @Test func `a visibility that is older than the ring is read again`() {
        var state = state { $0.ringEvents = 1 }
        _ = publish(&state, .joined(2, 7), .message(7))
        let read = Visibility(user: UserKey(2), stays: [])
        check(!state.install(read, head: 0, now: Self.now))
        check(state.install(read, head: 1, now: Self.now))
    }

    @Test func `what is purged is gone from the ring and from what waits to be delivered`() {
        var state = state()
        _ = state.attach(1, request(), half: 0, now: Self.now)
        _ = publish(&state, .joined(1, 7), .message(7, size: 20), .message(7, size: 30))
        let purged = Draft.message(7).event(seq: 2)
        _ = state.publish([], purged: [purged], signals: [], replies: [], now: Self.now)
        let sizes = [purged.json.count, purged.json.count + 30]
        #expect(state.ring.events(after: 1, through: 3)?.map(\.json.count) == sizes)
        #expect(state.take(0).mail.events.dropFirst().map(\.json.count) == sizes)
    }

    @Test func `a client's new stream ends its older one of the same transport only`() {
        var state = state()
        _ = state.attach(1, request(client: "tab"), half: 0, now: Self.now)
        _ = state.attach(2, request(.sse, client: "tab"), half: 0, now: Self.now)
        #expect(state.mail[0].endings.isEmpty)
        _ = state.attach(3, request(client: "tab"), half: 1, now: Self.now)
        #expect(state.mail[0].endings.map(\.reader) == [1])
        #expect(state.mail[0].endings.map(\.bye.code) == [.replaced])
    }

    @Test func `a stream that was replaced takes nothing with it when it ends`() {
        var state = state()
        for id in [1, 2] as [UInt64] { _ = state.attach(id, request(client: "tab"), half: 0, now: Self.now) }
        _ = state.take(0)
        _ = state.detach(
            1, request(client: "tab"), half: 0, emptied: [], isLastOfUser: false, wall: Timestamp(milliseconds: 0),
            now: Self.now)
        _ = state.attach(3, request(client: "tab"), half: 1, now: Self.now)
        #expect(state.mail[0].endings.map(\.reader) == [2])
    }

    @Test func `a user has a limited number of streams, and a client may still replace its own`() {
        var state = state { $0.streamsPerUser = 2 }
        check(isAttached(state.attach(1, request(client: "tab"), half: 0, now: Self.now)))
        check(isAttached(state.attach(2, request(), half: 0, now: Self.now)))
        check(!isAttached(state.attach(3, request(), half: 0, now: Self.now)))
        check(isAttached(state.attach(4, request(client: "tab"), half: 1, now: Self.now)))
    }

    @Test func `a client that was refused is refused again`() {
        var state = state { $0.streamsPerUser = 1 }
        check(isAttached(state.attach(1, request(), half: 0, now: Self.now)))
        check(!isAttached(state.attach(2, request(client: "tab"), half: 0, now: Self.now)))
        check(!isAttached(state.attach(3, request(client: "tab"), half: 0, now: Self.now)))
    }

    @Test func `probes do not count as streams`() {
        var state = state { $0.streamsPerUser = 1 }
        var probe = request()
        probe.probes = true
        check(isAttached(state.attach(1, probe, half: 0, now: Self.now)))
        check(isAttached(state.attach(2, request(), half: 0, now: Self.now)))
    }

    @Test func `probes have a bound of their own`() {
        var state = state { $0.streamsPerUser = 2 }
        var probe = request()
        probe.probes = true
        check(isAttached(state.attach(1, request(), half: 0, now: Self.now)))
        check(isAttached(state.attach(2, probe, half: 0, now: Self.now)))
        check(isAttached(state.attach(3, probe, half: 0, now: Self.now)))
        check(!isAttached(state.attach(4, probe, half: 0, now: Self.now)))
        check(isAttached(state.attach(5, request(), half: 0, now: Self.now)))
    }
}
