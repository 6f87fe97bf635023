import ApusTransports
import ApusWire
import NIOConcurrencyHelpers
import NIOPosix

/// Where passwords are checked: a few at a time, for each takes 32 MiB and a tenth of a second of a processor, and never
/// on a thread that anybody else waits for.
final class PasswordThreads: Sendable {
    private static let atOnce = 2
    private static let maximumWaiting = 30

    private let threads = NIOThreadPool(numberOfThreads: atOnce)
    private let busy = NIOLockedValueBox(0)

    init() { threads.start() }

    /// Throws `rate_limited` when too many wait already.
    func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        let isAdmitted = busy.withLockedValue { busy in
            guard busy < Self.atOnce + Self.maximumWaiting else { return false }
            busy += 1
            return true
        }
        guard isAdmitted else {
            throw LimitReached(
                RateLimitPolicy("passwords", quota: Self.atOnce + Self.maximumWaiting, window: nil),
                "Too many people sign in at this moment; try again in a few seconds.",
                retryAfterMilliseconds: 3000)
        }
        defer { busy.withLockedValue { $0 -= 1 } }
        return try await threads.runIfActive(work)
    }

    func stop() async throws { try await threads.shutdownGracefully() }
}
