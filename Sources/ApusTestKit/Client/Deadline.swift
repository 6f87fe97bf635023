import NIOCore

/// When a wait ends, whatever it consists of. NIO's clock, because NIO rings the alarm.
struct Deadline: Sendable {
    let limit: Duration
    let instant: NIODeadline

    static func within(_ limit: Duration) -> Deadline {
        Deadline(limit: limit, instant: .now() + TimeAmount(limit))
    }

    var hasPassed: Bool { NIODeadline.now() >= instant }

    /// What is left; a millisecond at least, because NIO refuses a connect time-out of nothing.
    var remaining: TimeAmount { max(instant - .now(), .milliseconds(1)) }

    /// The same, for an interface that takes a duration.
    var rest: Duration { Duration(remaining) }

    /// The limit for people; what is left of another deadline comes with odd nanoseconds.
    var limitText: String { "\(Double(((limit / .milliseconds(1)) as Double).rounded()) / 1000) s" }

    func failure(_ awaited: String, came: String) -> ClientFailure {
        ClientFailure(.timeout, "waited \(limitText) for \(awaited); \(came)")
    }
}
