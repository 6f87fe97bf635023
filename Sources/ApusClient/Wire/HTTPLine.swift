import NIOCore
import NIOHTTP1

/// One HTTP connection that carries a request at a time. Confined to its loop.
final class HTTPLine: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// The connection ended before a byte of the answer came.
    struct Unanswered: Error, CustomStringConvertible {
        let description = "the connection was closed without an answer"
    }

    private let endpoint: Endpoint
    private let loop: any EventLoop
    private var context: ChannelHandlerContext?
    private var request: HTTPRequest?
    private var answered: Requests.Answered?
    private var answer: HTTPAnswer?
    private var hasBegun = false
    private var isEnded = false
    private var rest: (alarm: Scheduled<Void>, closed: () -> Void)?
    /// Whether another request may follow.
    private(set) var isKept = false

    init(_ endpoint: Endpoint, on loop: any EventLoop) {
        self.endpoint = endpoint
        self.loop = loop
    }

    func send(_ request: HTTPRequest, _ answered: @escaping Requests.Answered) {
        rest?.alarm.cancel()
        rest = nil
        self.request = request
        self.answered = answered
        if context != nil { return write() }
        guard !hasBegun else {
            // It closed in this very moment.
            return loop.assumeIsolated().execute { self.end(Unanswered()) }
        }
        hasBegun = true
        endpoint.connect(on: loop) { pipeline in
            try pipeline.addHTTPClientHandlers()
            try pipeline.addHandler(self)
        } failed: {
            self.end($0)
        }
    }

    /// Ends it without another word to whoever asked.
    func close() {
        answered = nil
        letGo()
    }

    /// Nobody needs it now: it ends in a while, unless it is used again.
    func closes(in span: TimeAmount, _ closed: @escaping () -> Void) {
        let alarm = loop.assumeIsolated().scheduleTask(in: span) { self.end(Unanswered()) }
        rest = (alarm, closed)
    }

    private func write() {
        guard let context, let request else { return }
        var fields = HTTPHeaders([
            ("host", endpoint.authority), ("authorization", "Bearer \(request.token)"), ("accept", "application/json"),
        ])
        if let json = request.json {
            fields.add(name: "content-type", value: "application/json")
            fields.add(name: "content-length", value: "\(json.count)")
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: request.method, uri: endpoint.target(request.path), headers: fields)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let json = request.json {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: json)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    // MARK: the channel

    func channelActive(context: ChannelHandlerContext) {
        guard !isEnded else { return context.close(promise: nil) }
        self.context = context
        write()
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
            let told = answered
            answered = nil
            if !isKept { letGo() }
            told?(.success(whole))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(answer == nil ? Unanswered() : ChannelError.eof)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { end(error) }

    private func end(_ error: any Error) {
        let told = answered
        answered = nil
        letGo()
        told?(.failure(error))
    }

    private func letGo() {
        isEnded = true
        isKept = false
        context?.close(promise: nil)
        context = nil
        rest?.alarm.cancel()
        rest?.closed()
        rest = nil
    }
}
