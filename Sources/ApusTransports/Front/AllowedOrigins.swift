/// Which pages' requests are taken for what their user wants. A browser says which page a request is from (`Origin`,
/// RFC 6454) and sends cookies along whichever page it is, so a cookie alone proves nothing.
package struct AllowedOrigins: Sendable {
    private let others: Set<String>

    /// - Parameter others: pages on other servers, as browsers write them: `https://chat.example`.
    package init(_ others: [String] = []) { self.others = Set(others.map { $0.lowercased() }) }

    /// Whether a text may stand in the list: a scheme, a host, perhaps a port, and nothing behind it.
    package static func isOrigin(_ text: String) -> Bool {
        let parts = text.lowercased().split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "http" || parts[0] == "https", !parts[1].isEmpty else { return false }
        return parts[1].utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-.:[]_".utf8.contains(byte)
        }
    }

    /// The server's own pages, whichever proxy speaks TLS for it, and those of the list.
    package func allows(_ origin: String, host: String?) -> Bool {
        let origin = origin.lowercased()
        if let host = host?.lowercased(), origin == "https://\(host)" || origin == "http://\(host)" { return true }
        return others.contains(origin)
    }

    /// The fields that let a page on another server read an answer (Fetch, section 3.2), each with its line's end; nil
    /// for all others.
    func sharing(with origin: String?) -> String? {
        guard let origin, others.contains(origin.lowercased()) else { return nil }
        return Self.fields(for: origin).map { "\($0.name): \($0.value)\r\n" }.joined()
    }

    /// The same for the router.
    package func sharedFields(with origin: String?) -> [(name: String, value: String)] {
        guard let origin, others.contains(origin.lowercased()) else { return [] }
        return Self.fields(for: origin)
    }

    private static func fields(for origin: String) -> [(name: String, value: String)] {
        [
            ("access-control-allow-origin", origin), ("access-control-allow-credentials", "true"),
            ("access-control-expose-headers", "Retry-After, RateLimit, RateLimit-Policy"), ("vary", "Origin"),
        ]
    }

    /// What a page may ask, said once in two hours, the most that browsers remember.
    package static let preflightFields = [
        (name: "access-control-allow-methods", value: "GET, HEAD, POST, PATCH, DELETE"),
        (name: "access-control-allow-headers", value: "Authorization, Content-Type, Idempotency-Key, Last-Event-ID"),
        (name: "access-control-max-age", value: "7200"),
    ]
}
