import ApusTransports
import ApusWire

/// Refuses what a limit of its own has no room for; commands have `CommandAllowance`.
struct LimitReached: Error {
    let policy: RateLimitPolicy
    let problem: Problem

    init(_ policy: RateLimitPolicy, _ detail: String, retryAfterMilliseconds wait: Int64) {
        self.policy = policy
        problem = Problem(.rateLimited, detail, retryAfterMilliseconds: wait)
    }
}
