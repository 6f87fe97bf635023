/// Why the test client gave up: a fault of the server under test, or of the test itself.
package struct ClientFailure: Error, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// A wait reached its deadline.
        case timeout
        /// The connection could not be made, or ended where more was due.
        case closed
        /// What came breaks the protocol.
        case violation
        /// The test asked for what this transport cannot do.
        case misuse
    }

    package let kind: Kind
    /// A sentence for people: what was waited for or expected, and what came.
    package let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// The same failure, saying besides what the caller was about.
    func adding(_ circumstances: String) -> ClientFailure {
        ClientFailure(kind, "\(description); \(circumstances)")
    }
}

extension String {
    /// At most `count` characters, so that one huge frame does not bury the sentence it is quoted in.
    func abridged(to count: Int = 200) -> String {
        let start = prefix(count)
        return start.endIndex == endIndex ? self : start + "…"
    }
}
