import NIOHTTP1

/// Where the server under test listens, and as whom to speak to it.
package struct ServerAddress: Sendable, CustomStringConvertible {
    package var host: String
    package var port: Int
    /// Sent as `Authorization: Bearer`, unless a request brings an `Authorization` of its own.
    package var token: String?

    package init(host: String = "127.0.0.1", port: Int, token: String? = nil) {
        self.host = host
        self.port = port
        self.token = token
    }

    package var description: String { "\(host):\(port)" }

    /// The header fields that every request carries, under those of the request itself.
    func headers(_ own: HeaderFields) -> HTTPHeaders {
        let own = own.fields
        var headers = own
        if !own.contains(name: "host") { headers.add(name: "host", value: "\(host):\(port)") }
        if let token, !own.contains(name: "authorization") {
            headers.add(name: "authorization", value: "Bearer \(token)")
        }
        return headers
    }
}
