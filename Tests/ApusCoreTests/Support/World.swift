import ApusWire
import NIOCore
import NIOEmbedded
import Synchronization

@testable import ApusCore

/// A hub on loops that the test turns by hand, over a log in memory.
struct World {
    let log: FakeLog
    let loops: [EmbeddedEventLoop]
    let hub: Hub
    let work = HeldWork()
    let clock = WallClock()

    init(
        loops count: Int = 1, log: FakeLog = FakeLog(), signals: (any SignalSource)? = nil,
        configure: (inout HubConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = HubConfiguration()
        configure(&configuration)
        self.log = log
        loops = (0..<count).map { _ in EmbeddedEventLoop() }
        hub = try Hub(
            log: log, signalSource: signals, loops: loops, configuration: configuration,
            wallClock: { [clock] in clock.now }, offload: { [work] in work.add($0) })
    }

    /// Puts events into the log and tells the hub, as the writer does.
    func publish(_ events: [Draft], signals: [SignalDraft] = []) {
        let events = store(events)
        hub.publish(events, signals: signals)
    }

    /// Puts events into the log alone.
    @discardableResult
    func store(_ drafts: [Draft]) -> [EncodedEvent] {
        let head = Int64(log.all.count)
        let events = drafts.enumerated().map { $0.element.event(seq: head + Int64($0.offset) + 1) }
        log.append(events)
        return events
    }

    func run() { for loop in loops { loop.run() } }

    func open(
        _ user: Int64, _ kind: TransportKind = .webSocket, on half: Int = 0, cursor: Int64? = nil,
        sink: RecordingSink = RecordingSink(), _ change: (inout ReaderRequest) -> Void = { _ in }
    ) -> (reader: Reader, sink: RecordingSink) {
        var request = ReaderRequest(identity: .numbered(user), kind: kind)
        request.cursor = cursor.map { Cursor(epoch: hub.epoch, seq: $0) }
        if kind.isPoll { request.wait = kind == .longPoll ? .seconds(25) : .zero }
        change(&request)
        let reader = hub.halves[half].open(request, sink: sink)
        loops[half].run()
        return (reader, sink)
    }

    func state<T>(_ read: (HubState) -> T) -> T { hub.withState { read($0) } }
}

final class WallClock: Sendable {
    private let time = Mutex(Timestamp(milliseconds: 1_000_000))

    var now: Timestamp { time.withLock(\.self) }

    func advance(seconds: Int64) { time.withLock { $0.milliseconds += seconds * 1000 } }
}

extension Identity {
    static func numbered(_ number: Int64) -> Identity {
        Identity(key: UserKey(number), id: "u_\(number)", name: "user\(number)", displayName: "User \(number)")
    }
}

/// An event before it has a seq.
enum Draft {
    case message(_ room: Int64, size: Int = 0)
    /// Seen by who was there at an earlier seq too.
    case about(_ room: Int64, witness: Int64)
    case joined(_ user: Int64, _ room: Int64)
    case left(_ user: Int64, _ room: Int64)
    case own(_ user: Int64)
    case everyone

    func event(seq: Int64) -> EncodedEvent {
        let audience: Audience
        var membership: MembershipChange?
        var witness: Int64?
        var size = 0
        switch self {
        case .message(let room, let bytes):
            audience = .room(RoomKey(room))
            size = bytes
        case .about(let room, let seq):
            audience = .room(RoomKey(room))
            witness = seq
        case .joined(let user, let room):
            audience = .room(RoomKey(room))
            membership = .joined(UserKey(user))
        case .left(let user, let room):
            audience = .room(RoomKey(room))
            membership = .left(UserKey(user))
        case .own(let user): audience = .user(UserKey(user))
        case .everyone: audience = .everyone
        }
        let text = String(repeating: "x", count: size)
        return LogEvent(
            seq: seq, audience: audience, type: "test", room: nil, by: "u_0", at: Timestamp(milliseconds: 0), id: nil,
            data: Array(#"{"text":"\#(text)"}"#.utf8), membership: membership, witness: witness
        ).encoded
    }
}

extension SignalDraft {
    /// A value of a room that never rests.
    static func value(_ value: Int64, room: Int64, user: Int64 = 0) -> SignalDraft {
        SignalDraft(
            key: SignalKey(.receipt, room: RoomKey(room), user: UserKey(user)), room: "r\(room)", user: "u_\(user)",
            value: Array("\(value)".utf8), at: Timestamp(milliseconds: 1_000_000), isAtRest: false)
    }

    static func typing(_ isOn: Bool, room: Int64, user: Int64, at: Int64 = 1_000_000) -> SignalDraft {
        SignalDraft(
            key: SignalKey(.typing, room: RoomKey(room), user: UserKey(user)), room: "r\(room)", user: "u_\(user)",
            value: Array("\(isOn)".utf8), at: Timestamp(milliseconds: at), isAtRest: !isOn,
            expiresMilliseconds: isOn ? 10_000 : nil, restValue: Array("false".utf8))
    }
}
