/// Which of the four forms of the stream a reader uses.
package enum TransportKind: String, Sendable, CaseIterable, Hashable {
    case webSocket = "websocket"
    case sse
    case longPoll = "long_poll"
    case shortPoll = "short_poll"

    package var isPoll: Bool { self == .longPoll || self == .shortPoll }
}

/// Everything that the server counts; `/metrics` prints it.
package final class Instruments: Sendable {
    private let readers = TransportKind.allCases.map { _ in Gauge() }
    private let opened = TransportKind.allCases.map { _ in Counter() }
    /// TCP connections accepted.
    package let accepts = Counter()
    package let connections = Gauge()
    /// TCP connections closed at once, for their address had as many as it may.
    package let refusedConnections = Counter()
    /// Streams ended, by close code in words.
    package let closes = CounterFamily<String>()
    package let resets = CounterFamily<String>()
    /// Commands answered, by `ok`, `repeated` or the problem's code.
    package let commands = CounterFamily<String>()
    /// Events per committed group.
    package let appendBatch = Histogram(bounds: [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000])
    /// Microseconds that COMMIT took, its fsync included.
    package let commitTime = Histogram(bounds: [
        100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 1_000_000,
    ])
    /// Microseconds from publishing a run to its last reader's write on a loop.
    package let fanOutLag = Histogram(bounds: [50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 100_000, 1_000_000])
    package let delivered = Counter()
    package let resumesFromRing = Counter()
    package let resumesFromDisk = Counter()
    package let slowReaders = Counter()
    package let failedWrites = Counter()

    package init() {}

    package func readers(_ kind: TransportKind) -> Gauge { readers[index(kind)] }
    package func opened(_ kind: TransportKind) -> Counter { opened[index(kind)] }

    private func index(_ kind: TransportKind) -> Int {
        switch kind {
        case .webSocket: 0
        case .sse: 1
        case .longPoll: 2
        case .shortPoll: 3
        }
    }
}
