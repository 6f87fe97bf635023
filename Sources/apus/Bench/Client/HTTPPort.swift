import ApusClient
import NIOCore
import NIOHTTP1

/// One HTTP connection that carries a request at a time.
final class HTTPPort: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// Called on the loop.
    struct Events {
        var opened: () -> Void
        /// When the server does not keep the connection, `isEnded` says so by then, and `ended` is not called.
        var answered: (HTTPAnswer) -> Void
        /// With or without a request being unanswered.
        var ended: (any Error) -> Void
    }

    struct Ended: Error, CustomStringConvertible {
        let description = "the server closed the connection"
    }

    private let target: BenchTarget
    private var events: Events?
    private var context: ChannelHandlerContext?
    private var answer: HTTPAnswer?
    private var isKept = true
    /// Whether a request has not been answered.
    private(set) var isWaiting = false
    private(set) var hasOpened = false
    private(set) var isEnded = false

    private init(_ target: BenchTarget, _ events: Events) {
        self.target = target
        self.events = events
    }

    static func open(_ target: BenchTarget, on loop: any EventLoop, _ events: Events) -> HTTPPort {
        let port = HTTPPort(target, events)
        target.connect(on: loop) { pipeline in
            try pipeline.addHTTPClientHandlers()
            try pipeline.addHandler(port)
        } failed: {
            port.end($0)
        }
        return port
    }

    func send(_ method: HTTPMethod, _ uri: String, json: [UInt8]? = nil) {
        guard let context else { return }
        isWaiting = true
        var headers = HTTPHeaders([("host", target.authority), ("authorization", "Bearer \(target.token)")])
        if let json {
            headers.add(name: "content-type", value: "application/json")
            headers.add(name: "content-length", value: "\(json.count)")
        }
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let json { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: json)))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Ends the connection without another word to its owner.
    func close() { letGo() }

    // MARK: the channel

    func channelActive(context: ChannelHandlerContext) {
        guard events != nil else { return context.close(promise: nil) }
        self.context = context
        hasOpened = true
        events?.opened()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            answer = HTTPAnswer(head)
            isKept = head.isKeepAlive
        case .body(var bytes):
            if answer?.body.readableBytes == 0 { answer?.body = bytes } else { answer?.body.writeBuffer(&bytes) }
        case .end:
            guard let whole = answer else { return }
            answer = nil
            isWaiting = false
            let told = events
            if !isKept { letGo() }
            told?.answered(whole)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { end(Ended()) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(error)
        context.close(promise: nil)
    }

    /// Tells the owner once.
    private func end(_ error: any Error) {
        let told = events
        letGo()
        told?.ended(error)
    }

    private func letGo() {
        isEnded = true
        events = nil
        context?.close(promise: nil)
        context = nil
    }
}
