import ApusCore
import ApusWire
import DequeModule
import Logging
import NIOCore

/// A WebSocket connection as one NIO handler, alone in the pipeline after the handshake: reads the client's frames
/// itself, and writes ready ones straight to the socket. No task lives for it.
final class WebSocketHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A client that shows no sign of life for this long is taken to be gone.
    static let patience: TimeAmount = .seconds(60)
    /// Command frames, and their bytes together, that may be unanswered before no more is read from the client.
    static let maximumUnanswered = 64
    static let maximumUnansweredBytes = 1024 * 1024

    enum Opening {
        case reader(ReaderRequest)
        case refusal(CloseCode, String)
    }

    private let backend: any Backend
    let half: HubHalf
    let logger: Logger
    private var opening: Opening?
    private var identity: Identity?
    var context: ChannelHandlerContext?
    var reader: Reader?
    var record: StreamRecord?
    private var decoder = WebSocketDecoder()
    var lastHeard: NIODeadline
    var isClosing = false
    /// The sizes of the command frames that wait for their replies.
    var unanswered: Deque<Int> = []
    var unansweredBytes = 0
    /// The channel asked to read while the client is not to be read from.
    private var isReadHeld = false
    var writer: SocketWriter?
    /// What the channel last said; asking it costs more than all else that a delivery asks.
    private(set) var isWritable = false

    init(backend: any Backend, half: HubHalf, opening: Opening, logger: Logger) {
        self.backend = backend
        self.half = half
        self.opening = opening
        self.logger = logger
        lastHeard = half.loop.now
    }

    // MARK: life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        writer = SocketWriter(context)
        isWritable = context.channel.isWritable
    }

    func handlerRemoved(context: ChannelHandlerContext) { gone("network") }

    func channelInactive(context: ChannelHandlerContext) {
        gone("network")
        context.fireChannelInactive()
    }

    /// The handshake's answer is on its way: open, or say why not.
    func begin() {
        switch opening {
        case .reader(let request): open(request)
        case .refusal(let code, let reason): close(code, reason)
        case nil: break
        }
        opening = nil
    }

    private func open(_ request: ReaderRequest) {
        identity = request.identity
        let opened = half.open(request, sink: self)
        if !opened.isEnded { reader = opened }
    }

    private func gone(_ cause: String) {
        if let reader { half.close(reader) }
        reader = nil
        record?.close(cause, now: half.loop.now)
        context = nil
        writer = nil
        isWritable = false
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        record?.failed(error)
        gone("network")
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed: context.close(promise: nil)
        case is ChannelShouldQuiesceEvent: end(Bye(.draining))
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// A client that does not take its answers, or sends faster than it can be served, is not read from: what it costs
    /// stays bounded.
    func read(context: ChannelHandlerContext) {
        if takesMore || isClosing {
            context.read()
        } else {
            isReadHeld = true
        }
    }

    private var takesMore: Bool {
        isWritable && unanswered.count < Self.maximumUnanswered && unansweredBytes < Self.maximumUnansweredBytes
    }

    /// What has been read already waits as bytes, a fraction of what it costs as commands.
    private func takeMessages() {
        while takesMore, !isClosing, let message = decoder.next() { on(message) }
    }

    /// On a later tick of the loop, for this may run inside a drain, or inside the write of a batch.
    func readOnSoon() {
        guard isReadHeld || decoder.input.readableBytes > 0, takesMore else { return }
        half.loop.assumeIsolated().execute {
            self.takeMessages()
            self.flush()
            guard self.isReadHeld, self.takesMore, let context = self.context else { return }
            self.isReadHeld = false
            context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if isWritable, let reader { half.becameWritable(reader) }
        readOnSoon()
        context.fireChannelWritabilityChanged()
    }

    // MARK: what the client says

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = Self.unwrapInboundIn(data)
        lastHeard = half.loop.now
        if isClosing { return }
        decoder.append(&bytes)
        takeMessages()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
        context.fireChannelReadComplete()
    }

    private func on(_ message: WebSocketDecoder.Message) {
        switch message {
        case .text(let payload): on(text: payload)
        case .binary: close(.badFrame, "binary frames carry uploads, and there are none yet")
        case .ping(let payload):
            var pong = ByteBuffer()
            pong.writeWebSocketFrame(opcode: 10, payload.readableBytesView)
            write(pong)
        case .pong: break
        case .close(let code): close(code.flatMap(CloseCode.init) ?? .normal, "", cause: "client")
        case .violation(let code, let reason): close(code, reason)
        }
    }

    private func on(text payload: ByteBuffer) {
        do {
            switch try ClientFrame(parsing: payload.readableBytesView) {
            case .commands(let items): submit(items, size: payload.readableBytes)
            case .ack(let seq):
                if let reader, !half.ack(reader, seq) {
                    close(.badFrame, "ack \(seq) is past what was sent, \(reader.position)")
                }
            case .probe(let nonce): echo(nonce)
            case .resume(let cursor): resume(cursor)
            }
        } catch let problem as Problem {
            write(frame("reply", Reply(id: nil, result: .failure(problem)).encode))
        } catch {
            let isText = String(validating: payload.readableBytesView, as: UTF8.self) != nil
            close(isText ? .badFrame : .invalidUTF8, isText ? "\(error)" : "a text frame that is not UTF-8")
        }
    }

    private func submit(_ items: [Command.Item], size: Int) {
        guard let identity else { return }
        unanswered.append(size)
        unansweredBytes += size
        let address = ReplyAddress(
            half: half.index, receiver: NIOLoopBound<any ReplyReceiver>(self, eventLoop: half.loop))
        backend.submit(items, of: identity, replyTo: address)
    }

    private func echo(_ nonce: String) {
        write(frame("probe") { $0.string(nonce) })
    }

    /// A probing connection becomes a stream, with a hello of its own.
    private func resume(_ cursor: Cursor) {
        guard let probing = reader, probing.request.probes else {
            return close(.badFrame, "only a connection with probe=1 can be resumed")
        }
        half.close(probing)
        reader = nil
        record?.close("resumed", now: half.loop.now)
        var request = probing.request
        request.probes = false
        request.cursor = cursor
        open(request)
    }

    // MARK: writing

    func frame(_ name: StaticString, _ content: (inout JSONWriter) -> Void) -> ByteBuffer {
        var writer = JSONWriter(capacity: 512)
        writer.object {
            $0.name(name)
            content(&$0)
        }
        return .webSocketText(writer.bytes)
    }

    func write(_ bytes: ByteBuffer) { writer?.write(bytes) }

    func close(_ code: CloseCode, _ reason: String, cause: String? = nil) {
        guard !isClosing, let context else { return }
        isClosing = true
        if let reader { half.close(reader) }
        reader = nil
        if record == nil { half.hub.instruments.closes[code.name].add() }
        record?.close(cause ?? code.name, now: half.loop.now)
        write(.webSocketClose(code, reason))
        flush()
        context.channel.closeGently(patience: FrontTimeouts().closing)
    }
}
