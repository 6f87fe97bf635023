import ApusCore
package import Logging
package import NIOCore
import NIOHTTP1

/// What every accepted connection is made of.
package struct Front: Sendable {
    private let backend: any Backend
    private let router: RouterBridge
    private let timeouts: FrontTimeouts
    private let logger: Logger

    package init(backend: any Backend, router: RouterBridge, timeouts: FrontTimeouts, logger: Logger) {
        self.backend = backend
        self.router = router
        self.timeouts = timeouts
        self.logger = logger
    }

    /// Sets an accepted connection up; its loop is one of the hub's.
    package func initialize(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            guard let half = backend.hub.half(of: channel.eventLoop) else {
                preconditionFailure("a connection was accepted on a loop that the hub does not know")
            }
            backend.hub.instruments.accepts.add()
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
                    backend: backend, half: half, router: router, timeouts: timeouts, logger: logger,
                    encoder: encoder, decoder: decoder))
        }
    }
}
