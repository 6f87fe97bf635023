import ApusCore
import ApusWire

/// A token bucket per user. No I/O; the clock comes in. Confined to the writer's thread.
struct RateLimiter {
    private struct Bucket {
        /// In thousandths: whole numbers, so that who waits as long as was said is let through.
        var tokens: Int64
        var at: Timestamp
    }

    private let rate: Int64
    private let full: Int64
    private var buckets: [UserKey: Bucket] = [:]
    private var sweepAt = 1024
    /// Who was let through since the last `settle`, once for each time.
    private var unsettled: [UserKey] = []

    init(perSecond: Int, burst: Int) {
        rate = Int64(perSecond)
        full = Int64(max(burst, 1)) * 1000
    }

    /// Nil when the command may run; otherwise after how many milliseconds one may.
    mutating func refusal(for user: UserKey, now: Timestamp) -> Int64? {
        if rate == 0 { return nil }
        var bucket = buckets[user] ?? Bucket(tokens: full, at: now)
        bucket = refilled(bucket, now)
        defer { buckets[user] = bucket }
        if bucket.tokens >= 1000 {
            bucket.tokens -= 1000
            unsettled.append(user)
            if buckets.count > sweepAt { sweep(now) }
            return nil
        }
        return (1000 - bucket.tokens + rate - 1) / rate
    }

    /// What was let through since the last `settle` has not happened.
    mutating func giveBack() {
        for user in unsettled { buckets[user]?.tokens += 1000 }
        unsettled = []
    }

    /// What was let through has happened.
    mutating func settle() { unsettled.removeAll(keepingCapacity: true) }

    private func refilled(_ bucket: Bucket, _ now: Timestamp) -> Bucket {
        // A clock that is set back gives nothing, and nothing twice.
        let passed = max(0, now.milliseconds - bucket.at.milliseconds)
        let gained = passed.multipliedReportingOverflow(by: rate)
        let tokens = gained.overflow ? full : min(full, bucket.tokens + min(full, gained.partialValue))
        return Bucket(tokens: tokens, at: max(bucket.at, now))
    }

    /// Forgets full buckets: they say nothing.
    private mutating func sweep(_ now: Timestamp) {
        buckets = buckets.filter { refilled($0.value, now).tokens < full }
        sweepAt = max(1024, buckets.count * 2)
    }
}
