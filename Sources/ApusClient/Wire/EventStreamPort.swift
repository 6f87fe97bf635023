import ApusWire
package import NIOCore
package import NIOHTTP1

/// A stream of server-sent events.
package final class EventStreamPort: StreamPort, ChannelInboundHandler {
    package typealias InboundIn = HTTPClientResponsePart
    package typealias OutboundOut = HTTPClientRequestPart

    private let endpoint: Endpoint
    private let request: (path: String, token: String)
    private var told: ((Incoming) -> Void)?
    private var context: ChannelHandlerContext?
    private var input = EventStreamInput()
    /// An answer that is no stream.
    private var refused: HTTPAnswer?

    package init(
        _ endpoint: Endpoint, on loop: any EventLoop, _ path: String, token: String,
        _ told: @escaping (Incoming) -> Void
    ) {
        self.endpoint = endpoint
        self.told = told
        request = (path, token)
        endpoint.connect(on: loop) { pipeline in
            try pipeline.addHTTPClientHandlers()
            try pipeline.addHandler(self)
        } failed: {
            self.end(.lost, Endpoint.reason($0))
        }
    }

    /// Commands go by POST.
    package func send(_ frame: [UInt8]) {}

    package func close() {
        told = nil
        context?.close(promise: nil)
        context = nil
    }

    // MARK: the channel

    package func channelActive(context: ChannelHandlerContext) {
        guard told != nil else { return context.close(promise: nil) }
        self.context = context
        let fields = HTTPHeaders([
            ("host", endpoint.authority), ("authorization", "Bearer \(request.token)"), ("accept", "text/event-stream"),
        ])
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: endpoint.target(request.path), headers: fields)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            let type = head.headers.first(name: "content-type") ?? ""
            if head.status == .ok, type.hasPrefix("text/event-stream") {
                told?(.opened)
            } else {
                refused = HTTPAnswer(head)
            }
        case .body(var bytes):
            guard refused == nil else {
                refused?.body.writeBuffer(&bytes)
                return
            }
            input.append(&bytes)
            var isWhole = false
            while told != nil, let event = input.next() {
                isWhole = true
                take(event)
            }
            if !isWhole { told?(.heard) }
        case .end:
            if let refused { end(Ladder.End(refused), refused.sentence) } else { end(.lost, "the stream ended") }
        }
    }

    package func channelInactive(context: ChannelHandlerContext) { end(.lost, "the connection was cut") }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) { end(.lost, Endpoint.reason(error)) }

    private func take(_ event: EventStreamInput.Event) {
        guard let content = try? JSONValue(parsing: event.data.readableBytesView) else {  // the end says so
            return end(.lost, "something that is not JSON came")
        }
        // Frames of a later version 1 are ignored, as the protocol demands.
        guard let frame = try? ServerFrame(name: event.name, content: content) else {
            told?(.heard)
            return
        }
        told?(.frame(frame))
    }

    private func end(_ end: Ladder.End, _ why: String) {
        let told = told
        close()
        told?(.ended(end, why: why))
    }
}
