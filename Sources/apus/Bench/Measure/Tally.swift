import ApusServer

/// What of a run is measured: messages that were meant to be sent in it.
struct Window: Sendable {
    /// Nanoseconds of the monotonic clock.
    var begin: Int64
    var end: Int64

    func contains(_ moment: Int64) -> Bool { begin <= moment && moment < end }

    static let none = Window(begin: .max, end: .max)
}

/// What the readers of one loop have seen.
struct Tally: Sendable {
    /// Readers with an open stream.
    var open = 0
    /// Streams that ended, whoever ended them.
    var ended = 0
    var reconnects = 0
    var resets = 0
    /// Batches that did not begin where the reader stood.
    var gaps = 0
    /// Batches without events.
    var heartbeats = 0
    /// Each message counts once a reader.
    var deliveries = 0
    var measured = 0
    var latencies = Latencies()
    /// When the last measured message came.
    var lastMeasured: Int64 = 0
    /// Why the last connection could not be made or was lost.
    var lastTrouble: String?
    /// What makes going on senseless.
    var failure: OperatorError?

    mutating func add(_ other: Tally) {
        open += other.open
        ended += other.ended
        reconnects += other.reconnects
        resets += other.resets
        gaps += other.gaps
        heartbeats += other.heartbeats
        deliveries += other.deliveries
        measured += other.measured
        latencies.add(other.latencies)
        lastMeasured = max(lastMeasured, other.lastMeasured)
        lastTrouble = lastTrouble ?? other.lastTrouble
        failure = failure ?? other.failure
    }
}

/// Whether every reader got everything once and in order.
struct Verdict: Sendable, Equatable {
    var lost = 0
    var doubled = 0
    var outOfOrder = 0

    static func + (a: Verdict, b: Verdict) -> Verdict {
        Verdict(lost: a.lost + b.lost, doubled: a.doubled + b.doubled, outOfOrder: a.outOfOrder + b.outOfOrder)
    }
}
