package import NIOCore

/// An address of the internet protocol: 4 bytes, or 16. An IPv4 address that comes as an IPv6 one is the IPv4 address.
package struct IPAddress: Hashable, Sendable {
    let bytes: [UInt8]

    /// Nil for what has no such address, as a Unix socket.
    package init?(_ address: SocketAddress) {
        // Where the address stands in a `sockaddr_in` and in a `sockaddr_in6`, on Linux and on macOS.
        let place: (start: Int, count: Int)
        switch address {
        case .v4: place = (4, 4)
        case .v6: place = (8, 16)
        case .unixDomainSocket: return nil
        }
        let bytes = address.withSockAddr { pointer, _ in
            Array(UnsafeRawBufferPointer(start: UnsafeRawPointer(pointer) + place.start, count: place.count))
        }
        let isMapped = bytes.count == 16 && bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]
        self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
    }

    /// Nil for what is not written as an address, a host's name included.
    init?(_ text: some StringProtocol) {
        guard let address = try? SocketAddress(ipAddress: String(text), port: 0) else { return nil }
        self.init(address)
    }
}

/// Who is counted as one: an IPv4 address, or an IPv6 network of 64 bits, of which each client has a whole one.
package struct ClientAddress: Hashable, CustomStringConvertible, Sendable {
    package let description: String

    package init(_ address: IPAddress) {
        let bytes = address.bytes
        guard bytes.count == 16 else {
            description = bytes.map { String($0) }.joined(separator: ".")
            return
        }
        let groups = stride(from: 0, to: 8, by: 2).map {
            String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
        }
        description = groups.joined(separator: ":") + "::/64"
    }
}
