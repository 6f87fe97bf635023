import ApusCore
package import Logging
package import NIOCore
import NIOHTTP1

/// What every accepted connection is made of.
package struct Front: Sendable {
    private let backend: any Backend
    private let router: RouterBridge
    private let timeouts: FrontTimeouts
    private let limit: ConnectionLimit?
    private let logger: Logger
    private let bodies: UnfinishedBodies
    /// One for each of the hub's loops.
    private let dates: [NIOLoopBoundBox<DateField>]

    /// - Parameters:
    ///   - connectionsPerAddress: 0 means any number.
    ///   - unfinishedBytes: of requests that strangers have not sent whole, over all connections.
    package init(
        backend: any Backend, router: RouterBridge, timeouts: FrontTimeouts, connectionsPerAddress: Int = 0,
        unfinishedBytes: Int = 32 * 1024 * 1024,
        proxies: TrustedProxies = TrustedProxies(), logger: Logger
    ) {
        self.backend = backend
        self.router = router
        self.timeouts = timeouts
        limit =
            connectionsPerAddress == 0
            ? nil
            : ConnectionLimit(
                connectionsPerAddress, proxies: proxies, instruments: backend.hub.instruments, logger: logger)
        self.logger = logger
        bodies = UnfinishedBodies(maximum: unfinishedBytes)
        dates = backend.hub.halves.map { [hub = backend.hub] half in
            .makeBoxSendingValue(DateField(clock: hub.wallClock), eventLoop: half.loop)
        }
    }

    /// The address of a new connection has as many as it may.
    private struct TooManyConnections: Error {}

    /// Sets an accepted connection up; its loop is one of the hub's.
    package func initialize(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            guard let half = backend.hub.half(of: channel.eventLoop) else {
                preconditionFailure("a connection was accepted on a loop that the hub does not know")
            }
            backend.hub.instruments.accepts.add()
            // Thrown, it closes the connection before anything is read from it.
            if let limit, !limit.admits(channel) { throw TooManyConnections() }
            backend.hub.instruments.connections.add(1)
            let instruments = backend.hub.instruments
            channel.closeFuture.assumeIsolated().whenComplete { _ in instruments.connections.add(-1) }
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderListSize = 16 * 1024
            limits.maxHeaderFieldCount = 100
            let encoder = HTTPResponseEncoder()
            let decoder = ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits))
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(encoder)
            try pipeline.addHandler(decoder)
            try pipeline.addHandler(
                FrontHandler(
                    backend: backend, half: half, router: router, timeouts: timeouts,
                    date: dates[half.index].value, bodies: bodies,
                    limit: limit.flatMap { $0.isProxy(channel) ? $0 : nil }, logger: logger,
                    encoder: encoder, decoder: decoder))
        }
    }
}
