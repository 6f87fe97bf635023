import ApusCore
import Logging
import NIOConcurrencyHelpers
import NIOCore

/// Keeps each address to a number of connections.
final class ConnectionLimit: Sendable {
    private let count: NIOLockedValueBox<ConnectionCount>
    private let proxies: TrustedProxies
    private let instruments: Instruments
    private let logger: Logger

    init(_ limit: Int, proxies: TrustedProxies, instruments: Instruments, logger: Logger) {
        count = NIOLockedValueBox(ConnectionCount(limit: limit))
        self.proxies = proxies
        self.instruments = instruments
        self.logger = logger
    }

    /// Whether the channel may stay. If so, its place is free again when it closes. A trusted proxy's takes none.
    func admits(_ channel: any Channel) -> Bool {
        guard !isProxy(channel), let address = channel.remoteAddress.flatMap(IPAddress.init) else { return true }
        let client = ClientAddress(address)
        guard enters(client, now: channel.eventLoop.now) else { return false }
        channel.closeFuture.whenComplete { _ in self.leaves(client) }
        return true
    }

    func isProxy(_ channel: any Channel) -> Bool {
        channel.remoteAddress.flatMap(IPAddress.init).map(proxies.trusts) ?? false
    }

    /// Who asks through a proxy's channel; nil for a proxy itself.
    func client(behind channel: any Channel, forwardedFor fields: [String]) -> ClientAddress? {
        guard let client = proxies.client(of: channel.remoteAddress, forwardedFor: fields), !proxies.trusts(client)
        else { return nil }
        return ClientAddress(client)
    }

    /// Takes a place, if there is one.
    func enters(_ address: ClientAddress, now: NIODeadline) -> Bool {
        switch count.withLockedValue({ $0.enter(address, now: now) }) {
        case .admitted: return true
        case .refused(let untold):
            instruments.refusedConnections.add()
            if let untold {
                logger.notice(
                    "connections refused", metadata: ["address": "\(address)", "since_last_line": "\(untold)"])
            }
            return false
        }
    }

    func leaves(_ address: ClientAddress) { count.withLockedValue { $0.leave(address) } }
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
