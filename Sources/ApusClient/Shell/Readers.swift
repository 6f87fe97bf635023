import ApusWire

/// Who waits at the application's side: the one loop over the events, and those who watch the status.
struct Readers {
    /// Whoever asked for the next event. There is one at a time.
    var event: ((Result<Event?, any Error>) -> Void)?
    /// To be thrown once, in the order of what happened: after what is still in the backlog.
    private(set) var failure: ClientError?
    private(set) var isClosed = false
    private var watchers: [Int: AsyncStream<Status>.Continuation] = [:]
    private var lastWatcher = 0
    private var told: Status?

    /// The newest status is enough, however slow the watcher.
    mutating func tell(_ status: Status) {
        guard status != told else { return }
        told = status
        for watcher in watchers.values { watcher.yield(status) }
        if isClosed { endWatching() }
    }

    mutating func watch(_ continuation: AsyncStream<Status>.Continuation, _ status: Status) -> Int {
        lastWatcher += 1
        continuation.yield(status)
        if isClosed { continuation.finish() } else { watchers[lastWatcher] = continuation }
        return lastWatcher
    }

    mutating func unwatch(_ number: Int) { watchers[number] = nil }

    mutating func fail(_ error: ClientError) { failure = error }

    mutating func takeFailure() -> ClientError? {
        defer { if failure?.code != .closed { failure = nil } }
        return failure
    }

    mutating func close(because reason: Ladder.Reason) {
        isClosed = true
        switch reason {
        case .stopped: break
        case .code(let code): failure = ClientError(.closed, "The server ended the connection for good: \(code).")
        case .httpStatus(let status):
            failure = ClientError(
                .closed, "The server refuses this client with the status \(status). Is its version too old?")
        }
    }

    private mutating func endWatching() {
        for watcher in watchers.values { watcher.finish() }
        watchers = [:]
    }
}
