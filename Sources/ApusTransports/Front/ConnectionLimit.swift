import ApusCore
import Logging
import NIOConcurrencyHelpers
package import NIOCore

/// Keeps each address to a number of connections.
final class ConnectionLimit: Sendable {
    private let count: NIOLockedValueBox<ConnectionCount>
    private let instruments: Instruments
    private let logger: Logger

    init(_ limit: Int, instruments: Instruments, logger: Logger) {
        count = NIOLockedValueBox(ConnectionCount(limit: limit))
        self.instruments = instruments
        self.logger = logger
    }

    /// Whether the channel may stay. If so, its place is free again when it closes.
    func admits(_ channel: any Channel) -> Bool {
        guard let address = channel.remoteAddress.flatMap(ClientAddress.init) else { return true }
        let now = channel.eventLoop.now
        switch count.withLockedValue({ $0.enter(address, now: now) }) {
        case .admitted:
            channel.closeFuture.whenComplete { _ in self.count.withLockedValue { $0.leave(address) } }
            return true
        case .refused(let untold):
            instruments.refusedConnections.add()
            if let untold {
                logger.notice(
                    "connections refused", metadata: ["address": "\(address)", "since_last_line": "\(untold)"])
            }
            return false
        }
    }
}

/// How many connections each address has, without any I/O.
struct ConnectionCount {
    enum Verdict: Equatable {
        case admitted
        /// `untold`: how many have been refused since that was last logged; nil when it is too early for another line.
        case refused(untold: Int?)
    }

    /// Between two lines of the log: whoever is refused may try again a thousand times a second.
    static let silence: TimeAmount = .seconds(60)

    let limit: Int
    private(set) var open: [ClientAddress: Int] = [:]
    private var untold = 0
    private var lastTold: NIODeadline?

    init(limit: Int) { self.limit = limit }

    mutating func enter(_ address: ClientAddress, now: NIODeadline) -> Verdict {
        if open[address, default: 0] < limit {
            open[address, default: 0] += 1
            return .admitted
        }
        untold += 1
        if let lastTold, now - lastTold < Self.silence { return .refused(untold: nil) }
        lastTold = now
        defer { untold = 0 }
        return .refused(untold: untold)
    }

    mutating func leave(_ address: ClientAddress) {
        guard let count = open[address] else { return }
        open[address] = count > 1 ? count - 1 : nil
    }
}

/// Who is counted as one: an IPv4 address, or an IPv6 network of 64 bits, of which each client has a whole one.
package struct ClientAddress: Hashable, CustomStringConvertible, Sendable {
    package let description: String

    /// Nil for what has no such address, as a Unix socket.
    package init?(_ address: SocketAddress) {
        guard let text = address.ipAddress else { return nil }
        guard case .v6 = address else {
            description = text
            return
        }
        let bytes = address.withSockAddr { pointer, _ in
            // `sin6_addr` stands 8 bytes into a `sockaddr_in6`, on Linux and on macOS.
            Array(UnsafeRawBufferPointer(start: UnsafeRawPointer(pointer) + 8, count: 16))
        }
        if bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255] {
            description = bytes.suffix(4).map { String($0) }.joined(separator: ".")
        } else {
            let groups = stride(from: 0, to: 8, by: 2).map {
                String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
            }
            description = groups.joined(separator: ":") + "::/64"
        }
    }
}
