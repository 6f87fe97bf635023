import ApusWire

/// One attempt of the ladder's, as the shell keeps it.
struct Line {
    enum Role {
        /// Its frames go to the sequencer.
        case stream
        /// Its frames go to the ladder only.
        case probe
        /// It was told to become a stream, and is one from its next `hello` on.
        case resuming
    }

    let transport: Transport
    var role: Role
    /// Its place among `tokenWaiters`, until it has its token.
    var asking: Int?
    var token: String?
    var port: (any StreamPort)?
    var poll: Requests.Exchange?
    /// What its `hello` said: the name to acknowledge under, and up to where anything may be acknowledged at once.
    var connection: String?
    var start: Int64 = 0
}
