extension Ladder {
    /// What the shell around the ladder is to do, in this order.
    public enum Action: Sendable, Equatable {
        /// Begin a new attempt. A poll asks at once with `wait=0`. With `probe` the stream is asked for with
        /// `probe=1` and nothing from it reaches the sequencer; otherwise it reads from the cursor.
        case open(Int, Transport, probe: Bool)
        /// Cut the attempt off. It brings no more inputs.
        case close(Int)
        /// WebSocket: send a `probe` frame. SSE: POST an `ack` of what `hello` said.
        case probe(Int)
        /// Ask again, on the same attempt; a request that is still out is dropped.
        case poll(Int, waitSeconds: Int)
        /// Send `resume` with the cursor: the probe becomes a stream.
        case resume(Int)
        /// From here on this attempt carries: commands and acks go its way. It is the only one.
        case carry(Int)
        /// Take `/v1/sync`.
        case snapshot
        /// Store this for the endpoint.
        case remember(Memory)
        /// Tell the application.
        case status(Status)
    }

    /// What the application sees.
    public enum Status: Sendable, Equatable {
        case idle
        case connecting
        case live(Transport)
        /// Nothing has come for long; the connection is being checked.
        case suspect(Transport)
        /// `nextTry` is nil while one is under way.
        case reconnecting(nextTry: Milliseconds?)
        case offline(nextTry: Milliseconds?)
        case needsCredentials
        case closed(Reason)
    }

    /// Why the ladder gave up by itself, or was told to.
    public enum Reason: Sendable, Equatable {
        case stopped
        /// The name of a close code.
        case code(String)
        case httpStatus(Int)
    }
}
