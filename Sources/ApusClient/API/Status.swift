import ApusWire

/// How the client stands, for people and for programs.
public struct Status: Sendable, Equatable {
    public let connection: Ladder.Status
    /// How many commands wait for the server; where one has read to is nobody's message, and does not count.
    public let waiting: Int
    /// One sentence for people: "Reconnecting… Next try in 8 s. 2 messages waiting."
    public let sentence: String

    /// What carries, while something does.
    public var transport: Transport? {
        switch connection {
        case .live(let transport), .suspect(let transport): transport
        default: nil
        }
    }

    init(_ connection: Ladder.Status, waiting: Int, now: Milliseconds) {
        self.connection = connection
        self.waiting = waiting
        sentence = connection.sentence(waiting: waiting, now: now)
    }
}
