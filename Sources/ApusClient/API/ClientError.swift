/// Why the client cannot do what it was asked to, for a reason of its own. What the server refuses is a `Refusal`.
public struct ClientError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The server's address is none.
        case wrongURL
        /// The file of the client's own is used by another program, or it cannot be read or written.
        case file
        /// The position in the log is no longer good: read rooms and history anew, then go on with `events`.
        case reset
        /// The client was closed, or the server will not have it.
        case closed
        /// The server did not answer, or not as Apus servers do.
        case network
    }

    public let code: Code
    /// A sentence for people: what was expected, what came, what to do.
    public let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
