import ApusCore
import ApusWire

/// A token bucket per user. No I/O; the clock comes in. Confined to the writer's thread.
struct RateLimiter {
    private struct Bucket {
        var tokens: Double
        var at: Timestamp
    }

    private let perSecond: Int
    private let burst: Int
    private var buckets: [UserKey: Bucket] = [:]
    private var sweepAt = 1024

    init(perSecond: Int, burst: Int) {
        self.perSecond = perSecond
        self.burst = max(burst, 1)
    }

    /// Nil when the command may run; otherwise after how many milliseconds one may.
    mutating func refusal(for user: UserKey, now: Timestamp) -> Int64? {
        if perSecond == 0 { return nil }
        var bucket = buckets[user] ?? Bucket(tokens: Double(burst), at: now)
        bucket = refilled(bucket, now)
        defer { buckets[user] = bucket }
        if bucket.tokens >= 1 {
            bucket.tokens -= 1
            if buckets.count > sweepAt { sweep(now) }
            return nil
        }
        return Int64(((1 - bucket.tokens) / Double(perSecond) * 1000).rounded(.up))
    }

    private func refilled(_ bucket: Bucket, _ now: Timestamp) -> Bucket {
        let seconds = Double(max(0, now.milliseconds - bucket.at.milliseconds)) / 1000
        return Bucket(tokens: min(Double(burst), bucket.tokens + seconds * Double(perSecond)), at: now)
    }

    /// Forgets full buckets: they say nothing.
    private mutating func sweep(_ now: Timestamp) {
        buckets = buckets.filter { refilled($0.value, now).tokens < Double(burst) }
        sweepAt = max(1024, buckets.count * 2)
    }
}
