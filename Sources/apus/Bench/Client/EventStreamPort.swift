import ApusClient
import ApusWire
import Foundation
import NIOCore
import NIOHTTP1

/// A stream of server-sent events.
final class EventStreamPort: StreamPort, ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let target: BenchTarget
    private let path: String
    var owner: (any StreamOwner)?
    var context: ChannelHandlerContext?
    private var input = EventStreamInput()
    /// An answer that is no stream.
    private var refused: HTTPAnswer?

    init(_ target: BenchTarget, on loop: any EventLoop, _ path: String, _ owner: any StreamOwner) {
        self.target = target
        self.path = path
        self.owner = owner
        target.connect(on: loop) { pipeline in
            try pipeline.addHTTPClientHandlers()
            try pipeline.addHandler(self)
        } failed: {
            self.end(StreamEnd(connecting: $0))
        }
    }

    // MARK: the channel

    func channelActive(context: ChannelHandlerContext) {
        guard owner != nil else { return context.close(promise: nil) }
        self.context = context
        let headers = HTTPHeaders([
            ("host", target.authority), ("authorization", "Bearer \(target.token)"), ("accept", "text/event-stream"),
        ])
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            let type = head.headers.first(name: "content-type") ?? ""
            if head.status != .ok || !type.hasPrefix("text/event-stream") {
                refused = HTTPAnswer(head)
            }
        case .body(var bytes):
            if refused != nil {
                refused?.body.writeBuffer(&bytes)
            } else {
                input.append(&bytes)
                while owner != nil, let event = input.next() { take(event) }
            }
        case .end: end(refused.map { StreamEnd(Refusal($0)) } ?? .lost("the stream ended"))
        }
    }

    func channelInactive(context: ChannelHandlerContext) { end(.lost("the connection was cut")) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { end(.lost("\(error)")) }

    private func take(_ event: EventStreamInput.Event) {
        if event.name == "batch" {
            _ = event.data.withUnsafeReadableBytes { owner?.batch($0, .content) }
            return
        }
        // Unknown events are ignored, as the protocol demands.
        guard let content = try? JSONValue(parsing: event.data.readableBytesView),
            let frame = try? ServerFrame(name: event.name, content: content)
        else { return }
        take(frame)
    }
}
