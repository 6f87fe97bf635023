extension Ladder {
    /// What happens to the ladder. An attempt is named by the number in its `open`; what is said of one that is over
    /// is ignored, so that late callbacks do no harm.
    public enum Input: Sendable, Equatable {
        /// Connect; also again after `closed`.
        case start
        /// The application wants no connection.
        case stop
        case credentialsRenewed

        /// The WebSocket handshake is done, or SSE's response head has come.
        case opened(Int)
        /// The `hello` frame; on a resumed WebSocket probe a second one.
        case hello(Int)
        /// WebSocket: the nonce came back. SSE: a POST was answered by the server, well or ill.
        case echoed(Int)
        /// A `batch` frame; an empty one is a tick.
        case batch(Int, isEmpty: Bool)
        /// Any other byte from the server.
        case heard(Int)
        /// A poll was answered with a well-formed body of exactly `application/json`. `retryAfter` if it said when
        /// to come back.
        case polled(Int, isEmpty: Bool, more: Bool, retryAfter: Milliseconds?)
        /// The `bye` frame, or `bye` in a poll.
        case bye(Int, code: String, reconnect: Bool, spread: Milliseconds)
        /// The `reset` frame, or 410.
        case reset(Int, spread: Milliseconds)
        /// The sequencer met a gap in what this attempt brings.
        case gap(Int)
        /// The attempt is over by itself. A poll whose request failed may go on, with a `poll`.
        case ended(Int, End)

        case snapshotTaken
        case snapshotFailed(End)

        case offline
        case online
        /// Another way to the server: other proxies, other round trips.
        case networkChanged
        case visible
        case hidden
        /// Back from sleep.
        case woke
        /// Nothing but time: `deadline` has come.
        case due
    }

    /// How an attempt ended.
    public enum End: Sendable, Equatable {
        /// Without a word: a network error, a connection cut, a body that is not of this protocol.
        case lost
        /// A WebSocket close code other than 1005 and 1006, which mean `lost`.
        case close(UInt16)
        /// An HTTP status, where the body is a problem of this protocol, and 429 and 503 from anybody. What else a
        /// proxy answers is `lost`.
        case status(Int, retryAfter: Milliseconds?)
    }
}
