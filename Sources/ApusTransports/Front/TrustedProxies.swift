package import NIOCore

/// The reverse proxies whose word is taken for where a request comes from: they say it in `X-Forwarded-For`, to which
/// each one adds the address that it was asked from. `Forwarded` (RFC 7239) is not read.
package struct TrustedProxies: Sendable {
    private struct Network {
        let address: IPAddress
        let bits: Int

        /// `192.0.2.1`, or `192.0.2.0/24`.
        init?(_ text: String) {
            let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let address = IPAddress(parts[0]) else { return nil }
            let most = address.bytes.count * 8
            guard let bits = parts.count == 1 ? most : Int(parts[1]), (0...most).contains(bits) else { return nil }
            self.address = address
            self.bits = bits
        }

        func contains(_ other: IPAddress) -> Bool {
            guard other.bytes.count == address.bytes.count else { return false }
            return zip(address.bytes, other.bytes).enumerated().allSatisfy { index, pair in
                let compared = min(max(bits - index * 8, 0), 8)
                return (pair.0 ^ pair.1) >> (8 - compared) == 0
            }
        }
    }

    private let networks: [Network]

    /// - Parameter networks: addresses and networks, as `isNetwork` takes them.
    package init(_ networks: [String] = []) { self.networks = networks.compactMap(Network.init) }

    package static func isNetwork(_ text: String) -> Bool { Network(text) != nil }

    func trusts(_ address: IPAddress) -> Bool { networks.contains { $0.contains(address) } }

    /// Who is behind a connection: the last address in the fields that is not a trusted proxy's. What stands before it
    /// is what somebody said who is not trusted. Nil where the connection has no address at all.
    package func client(of peer: SocketAddress?, forwardedFor fields: [String]) -> IPAddress? {
        guard var client = peer.flatMap(IPAddress.init) else { return nil }
        var names = fields.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        while trusts(client), let name = names.popLast() {
            guard let next = IPAddress(name.trimming { $0 == " " || $0 == "\t" }) else { return client }
            client = next
        }
        return client
    }
}

extension Substring {
    fileprivate func trimming(while predicate: (Character) -> Bool) -> Substring {
        var rest = drop(while: predicate)
        while let last = rest.last, predicate(last) { rest.removeLast() }
        return rest
    }
}
