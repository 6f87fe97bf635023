import NIOCore
import NIOHTTP1

extension FrontHandler {
    /// Leaves the connection to a WebSocket after the answer to its handshake.
    func upgrade(_ headers: HTTPHeaders, _ handler: WebSocketHandler) {
        guard let own, let encoder, let decoder else { return }
        if inputEnd != nil { return closeGently() }
        let pipeline = own.pipeline.syncOperations
        own.write(
            Self.wrapOutboundOut(
                .head(HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers))),
            promise: nil)
        do { try pipeline.addHandler(handler, position: .before(self)) } catch { return own.close(promise: nil) }
        state = .closed
        keepPlace()
        deadline.clear()
        pipeline.removeHandler(encoder, promise: nil)
        handler.begin()
        // What the client sent after its handshake comes out of the decoder as it goes, outside any read.
        let removed = own.eventLoop.makePromise(of: Void.self)
        removed.futureResult.assumeIsolated().whenComplete { _ in handler.flush() }
        pipeline.removeHandler(decoder, promise: removed)
        own.read()
        if !isRouterAttached { pipeline.removeHandler(self, promise: nil) }
    }
}
