package import ApusWire

/// The ways to read a stream: four over the network, and one that opens a reader in the hub itself.
package enum Transport: String, Sendable {
    case webSocket, sse, longPoll, shortPoll, inProcess

    package static let network: [Transport] = [.webSocket, .sse, .longPoll, .shortPoll]
    package static let all = network + [.inProcess]

    /// Whether the server sends by itself, after a `hello`.
    package var isPushed: Bool { self == .webSocket || self == .sse || self == .inProcess }
}

/// The query of `GET /v1/stream`.
package struct StreamOptions: Sendable {
    /// Where to go on; nil: from now on.
    package var cursor: Cursor?
    package var rooms: [String]?
    package var limit: Int?
    /// The last `signals_to`.
    package var signals: String?
    package var client: String?
    package var observe: Bool
    package var probe: Bool
    /// How long a long poll may wait, in seconds.
    package var wait: Int

    package init(
        cursor: Cursor? = nil, rooms: [String]? = nil, limit: Int? = nil, signals: String? = nil,
        client: String? = nil, observe: Bool = false, probe: Bool = false, wait: Int = 25
    ) {
        self.cursor = cursor
        self.rooms = rooms
        self.limit = limit
        self.signals = signals
        self.client = client
        self.observe = observe
        self.probe = probe
        self.wait = wait
    }

    /// - Parameter wait: what a poll says of waiting; nil for the transports that push.
    func path(wait: Int?) -> String {
        let query: [(String, String?)] = [
            ("wait", wait.map { "\($0)" }), ("cursor", cursor?.description), ("rooms", rooms?.joined(separator: ",")),
            ("limit", limit.map { "\($0)" }), ("signals", signals), ("client", client),
            ("observe", observe ? "1" : nil), ("probe", probe ? "1" : nil),
        ]
        let parts = query.compactMap { name, value in value.map { "\(name)=\($0.percentEncoded)" } }
        return parts.isEmpty ? "/v1/stream" : "/v1/stream?" + parts.joined(separator: "&")
    }
}

extension String {
    /// Everything but RFC 3986's unreserved characters, and the comma between rooms, as %XX.
    package var percentEncoded: String {
        var encoded = ""
        for byte in utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2C, 0x2D, 0x2E, 0x5F, 0x7E:
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default: encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}
