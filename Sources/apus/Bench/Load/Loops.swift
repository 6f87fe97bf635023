import ApusServer
import Foundation
import NIOCore
import NIOPosix

/// The event loops of the bench.
struct Loops: Sendable {
    let group: MultiThreadedEventLoopGroup
    let all: [any EventLoop]

    init(_ count: Int) {
        group = MultiThreadedEventLoopGroup(numberOfThreads: count)
        all = group.makeIterator().map { $0 }
    }

    /// Runs on a loop what is confined to it.
    func on<Confined, Value: Sendable>(
        _ confined: NIOLoopBound<Confined>, _ body: @escaping @Sendable (Confined) -> Value
    ) async throws -> Value {
        try await confined.eventLoop.submit { body(confined.value) }.get()
    }

    /// Waits without regard to cancellation: what was posted is waited for also after Ctrl-C.
    func pause(_ milliseconds: Int64) async throws {
        try await all[0].scheduleTask(in: .milliseconds(milliseconds)) {}.futureResult.get()
    }
}

/// Processor time that this process has taken, in seconds.
func processorTime() -> Double { Double(clock()) / 1_000_000 }  // POSIX fixes CLOCKS_PER_SEC

enum Descriptors {
    /// What the bench needs besides its connections.
    private static let others = 64

    #if os(Linux)
        private static let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let files = RLIMIT_NOFILE
    #endif

    /// Raises the limit of open files as far as this many connections need it.
    static func allow(connections: Int) throws {
        var limit = rlimit()
        getrlimit(files, &limit)
        let needed = rlim_t(connections + others)
        if limit.rlim_cur >= needed { return }
        limit.rlim_cur = min(max(needed, limit.rlim_cur), limit.rlim_max)
        guard setrlimit(files, &limit) == 0, limit.rlim_cur >= needed else {
            throw OperatorError(
                "\(connections) connections need \(needed) open files, but this shell allows \(limit.rlim_max). "
                    + "Raise the limit with \"ulimit -Hn \(needed)\" as root, or use fewer readers.")
        }
    }
}
