/// What speaks against one transport in this run: it failed while a worse one worked.
struct Strikes: Sendable {
    private var times: [Milliseconds] = []
    private var avoidances = 0
    private(set) var avoidedUntil: Milliseconds?

    func isAvoided(_ now: Milliseconds) -> Bool { avoidedUntil.map { now < $0 } ?? false }

    /// True if the transport is avoided from now on.
    mutating func strike(_ now: Milliseconds) -> Bool {
        times.removeAll { $0 <= now - LadderTimes.strikeWindow }
        times.append(now)
        guard times.count >= LadderTimes.strikes else { return false }
        avoid(now)
        return true
    }

    mutating func avoid(_ now: Milliseconds) {
        let span = min(LadderTimes.longestAvoidance, LadderTimes.avoidance << Milliseconds(min(avoidances, 5)))
        avoidedUntil = now + span
        avoidances += 1
        times = []
    }

    /// The transport has carried for this long. As long as strikes count, and all is forgiven.
    mutating func carried(_ span: Milliseconds) {
        if span >= LadderTimes.strikeWindow { self = Strikes() }
    }
}
