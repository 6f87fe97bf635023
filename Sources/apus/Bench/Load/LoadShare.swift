import ApusServer
import NIOCore

/// What the readers of a run are to do.
struct LoadPlan: Sendable {
    var target: BenchTarget
    var transport: Transport
    var rooms: [String]
    /// Readers of each room.
    var readers: [Int]
    /// Whether a reader whose stream breaks reads on from its cursor.
    var reconnects = true
    /// Only short polling: the pause between two polls.
    var pollEvery: TimeAmount = .milliseconds(500)
}

/// The readers of one event loop, and what they count. Everything in it is confined to the loop: no lock, and no task
/// for a connection.
final class LoadShare {
    /// Connections that may be under way at once: more would only wait in the server's backlog.
    private static let maximumConnecting = 64

    let plan: LoadPlan
    let loop: any EventLoop
    var tally = Tally()
    var window = Window.none
    private var readers: [LoadReader] = []
    private var completions: [Completion]
    /// Told, on this loop, when all readers of this loop have got so many more messages of a room.
    var complete: ((_ count: Int, _ room: Int) -> Void)?
    private var waiting = CircularBuffer<LoadReader>()
    private var connecting = 0

    /// - Parameter counts: how many readers of each room are on this loop.
    init(_ plan: LoadPlan, counts: [Int], on loop: any EventLoop) {
        self.plan = plan
        self.loop = loop
        completions = counts.map { Completion(needed: $0) }
        for (room, count) in counts.enumerated() {
            for _ in 0..<count { readers.append(LoadReader(room: room, self)) }
        }
    }

    func connect() {
        for reader in readers { queue(reader) }
    }

    func close() {
        for reader in readers { reader.close() }
        readers = []
    }

    func fail(_ sentence: OperatorError) { tally.failure = tally.failure ?? sentence }

    /// - Parameter messages: how many were acknowledged in each room.
    func verdict(messages: [Int]) -> Verdict {
        readers.reduce(into: Verdict()) { verdict, reader in
            verdict.lost += reader.check.lost(of: messages[reader.room])
            verdict.doubled += reader.check.doubled
            verdict.outOfOrder += reader.check.outOfOrder
        }
    }

    func delivered(_ number: Int, in room: Int) {
        let count = completions[room].add(number)
        if count > 0 { complete?(count, room) }
    }

    // MARK: connecting

    func queue(_ reader: LoadReader) {
        waiting.append(reader)
        connectNext()
    }

    /// A connection is made, or has failed.
    func connected() {
        connecting -= 1
        connectNext()
    }

    private func connectNext() {
        while connecting < Self.maximumConnecting, let reader = waiting.popFirst() {
            connecting += 1
            reader.connect()
        }
    }
}
