/// What a client says on a WebSocket.
public enum ClientFrame: Sendable {
    /// The longest nonce of a probe, in bytes.
    public static let maximumNonce = 1024
    /// The largest frame that a client may send, in bytes.
    public static let maximumSize = 128 * 1024

    case commands([Command.Item])
    /// Everything up to this seq is applied.
    case ack(Int64)
    case probe(String)
    /// Makes a probing connection a stream.
    case resume(Cursor)

    /// Reads one text frame: an object with exactly one key. A frame that is none closes the connection with 4400,
    /// but a faulty `command` is answered with a `reply`, thrown here as a `Problem`.
    public init(parsing bytes: some Sequence<UInt8>) throws {
        let value = try JSONValue(parsing: bytes)
        guard let members = value.object?.members, members.count == 1, let frame = members.first else {
            throw JSONError("a frame is an object with exactly one key")
        }
        switch (frame.name, frame.value) {
        case ("command", let value): self = .commands(try Command.list(value, requiresID: true))
        case ("ack", .integer(let seq)) where (0...Cursor.maximumSequence).contains(seq): self = .ack(seq)
        case ("probe", .string(let nonce)) where nonce.utf8.count <= Self.maximumNonce: self = .probe(nonce)
        case ("resume", .string(let text)):
            guard let cursor = Cursor(text) else { throw JSONError("\"resume\" takes a cursor EPOCH-SEQ") }
            self = .resume(cursor)
        case ("ack", _): throw JSONError("\"ack\" takes a seq, a whole number below 2^53")
        case ("probe", _): throw JSONError("\"probe\" takes a nonce, a string of up to \(Self.maximumNonce) bytes")
        case ("resume", _): throw JSONError("\"resume\" takes a cursor, a string")
        default:
            throw JSONError("there is no frame \"\(frame.name.prefix(40))\"; expected command, ack, probe or resume")
        }
    }
}
