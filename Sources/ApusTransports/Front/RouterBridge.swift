package import HummingbirdCore
package import Logging
package import NIOCore
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Hands a connection's other requests to the router. Its part of the pipeline, and the one task that goes with it,
/// exist only on connections that ask for it.
package struct RouterBridge: Sendable {
    package typealias Responder =
        @concurrent @Sendable (Request, consuming ResponseWriter, any Channel) async throws -> Void

    /// No route takes more than a command may be.
    package static let maximumBody = 1024 * 1024

    private let handler: Handler

    package init(logger: Logger, responder: @escaping Responder) {
        handler = Handler(responder: responder, logger: logger)
    }

    /// Adds the router's handlers at the end of the pipeline. Called on the channel's loop.
    func attach(to channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: nil, logger: handler.logger))
        let wrapped = try NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>(wrappingChannelSynchronously: channel)
        Task { [handler] in await handler.handleHTTP(asyncChannel: wrapped, logger: handler.logger) }
    }

    /// Borrows Hummingbird's request loop; `setup` and `handle` are for its own server, which is not used here.
    private struct Handler: HTTPChannelHandler {
        typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
        let responder: Responder
        let logger: Logger

        func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
            channel.eventLoop.makeCompletedFuture { try Value(wrappingChannelSynchronously: channel) }
        }

        func handle(value: Value, logger: Logger) async { await handleHTTP(asyncChannel: value, logger: logger) }
    }
}
