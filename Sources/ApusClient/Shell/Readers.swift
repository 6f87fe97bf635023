import ApusWire

/// Who waits at the application's side: the one loop over the events, and those who watch the status and the signals.
struct Readers {
    /// Whoever asked for the next event. There is one at a time.
    var event: ((Result<Event?, any Error>) -> Void)?
    /// To be thrown once, in the order of what happened: after what is still in the backlog.
    private(set) var failure: ClientError?
    private(set) var isClosed = false
    var status = Watchers<Status>()
    var signals = Watchers<Signals>()

    mutating func tell(_ new: Status) {
        status.tell(new)
        if isClosed { endWatching() }
    }

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

    mutating func endWatching() {
        status.end()
        signals.end()
    }
}
