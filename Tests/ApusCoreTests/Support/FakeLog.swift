import ApusCore
import ApusWire
import Synchronization

/// A log in memory that says only what a log must say; what is visible it works out from the events themselves.
final class FakeLog: Log {
    struct Failure: Error {}

    private struct State {
        var events: [EncodedEvent] = []
        var epochs = [Epoch(name: "e1", firstSeq: 1)]
        var isBroken = false
        var reads = 0
    }

    private let state = Mutex(State())

    init(epochs: [Epoch] = [Epoch(name: "e1", firstSeq: 1)]) { state.withLock { $0.epochs = epochs } }

    var all: [EncodedEvent] { state.withLock(\.events) }
    /// How many pages were read.
    var reads: Int { state.withLock(\.reads) }

    func setBroken(_ isBroken: Bool) { state.withLock { $0.isBroken = isBroken } }

    func append(_ events: [EncodedEvent]) {
        state.withLock { state in
            for event in events {
                precondition(event.seq == Int64(state.events.count) + 1)
                state.events.append(event)
            }
        }
    }

    func epochs() throws -> [Epoch] { state.withLock(\.epochs) }

    func head() throws -> Int64 { state.withLock { Int64($0.events.count) } }

    func events(
        visibleTo visibility: Visibility, in scope: Scope, after: Int64, through: Int64, limit: Int, bytes: Int
    ) throws -> LogPage {
        try state.withLock { state in
            if state.isBroken { throw Failure() }
            state.reads += 1
            let visible = state.events.filter {
                $0.seq > after && $0.seq <= through && scope.contains($0.audience)
                    && visibility.sees($0)
            }
            if visible.count <= limit { return LogPage(events: visible, through: through) }
            return LogPage(events: Array(visible.prefix(limit)), through: visible[limit - 1].seq)
        }
    }

    func visibility(of user: UserKey) throws -> (visibility: Visibility, head: Int64) {
        try state.withLock { state in
            if state.isBroken { throw Failure() }
            var stays: [RoomKey: [Membership]] = [:]
            for event in state.events {
                guard case .room(let room) = event.audience else { continue }
                switch event.membership {
                case .joined(user):
                    stays[room, default: []].append(Membership(room: room, from: event.seq, through: nil))
                case .left(user):
                    let last = stays[room]!.count - 1  // only members leave
                    stays[room]![last].through = event.seq
                default: break
                }
            }
            let all = stays.values.flatMap(\.self)
            return (Visibility(user: user, stays: all), Int64(state.events.count))
        }
    }
}

/// Blocking work that waits until the test lets it run.
final class HeldWork: Sendable {
    private let waiting = Mutex<[@Sendable () -> Void]>([])
    private let isHolding = Mutex(false)

    func add(_ work: @escaping @Sendable () -> Void) {
        if isHolding.withLock(\.self) { waiting.withLock { $0.append(work) } } else { work() }
    }

    func hold() { isHolding.withLock { $0 = true } }

    var count: Int { waiting.withLock(\.count) }

    /// Runs one piece of what waits, or everything; more may come while it runs.
    func run(_ index: Int) { waiting.withLock { $0.remove(at: index) }() }
    func runAll() { while count > 0 { run(0) } }
}
