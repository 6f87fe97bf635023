import ApusWire

/// When to remove from the disk what deleted messages have left there: soon, but not after each of many, for it costs
/// what spaced checkpoints save. No I/O; the clock comes in. Confined to the writer's thread.
struct WipeSchedule {
    /// Half of the minute within which it is promised: the other half is for readers that are in the way.
    static let pauseMilliseconds: Int64 = 30_000

    private var isAsked = false
    private var lastDone: Timestamp?

    /// Something was deleted.
    mutating func ask() { isAsked = true }

    func isDue(_ now: Timestamp) -> Bool {
        guard isAsked else { return false }
        guard let lastDone else { return true }
        let passed = now.milliseconds - lastDone.milliseconds
        // A clock that was set back must not put it off.
        return passed >= Self.pauseMilliseconds || passed < 0
    }

    mutating func done(_ now: Timestamp) {
        isAsked = false
        lastDone = now
    }
}
