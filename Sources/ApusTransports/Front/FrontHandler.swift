import ApusCore
import ApusWire
import DequeModule
import Logging
import NIOCore
import NIOHTTP1

/// The first handler behind the HTTP codec: takes the stream in its four forms and the command endpoint, and leaves
/// everything else to the router. One request at a time: what a client sends ahead waits.
final class FrontHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    enum State {
        /// Between two requests.
        case idle
        /// A request of the front is coming in.
        case receiving(FrontRequest)
        /// A request of the front is being answered.
        case answering(FrontRequest)
        /// A request is with the router, until both it and its response have ended.
        case routing(requestEnded: Bool, responseEnded: Bool)
        /// An SSE stream has the connection for good.
        case streaming(EventStreamSink)
        case closed
    }

    let backend: any Backend
    let half: HubHalf
    let logger: Logger
    private let timeouts: FrontTimeouts
    private let router: RouterBridge
    private var encoder: HTTPResponseEncoder?
    private var decoder: ByteToMessageHandler<HTTPRequestDecoder>?
    var state = State.idle
    var poll: PollSink?
    /// The encoder's context: what is written from here goes out as it is.
    var wire: ChannelHandlerContext?
    private var own: ChannelHandlerContext?
    /// What came ahead of its turn.
    private var held: Deque<HTTPServerRequestPart> = []
    private var isRouterAttached = false
    private var isQuiescing = false
    private var closesAfterResponse = false
    private var needsFlush = false
    private lazy var deadline = RequestDeadline(loop: half.loop) { [weak self] in self?.deadlinePassed() }
    /// A WebSocket is about to take the connection: what follows the handshake stays in the socket.
    var isUpgrading = false

    init(
        backend: any Backend, half: HubHalf, router: RouterBridge, timeouts: FrontTimeouts, logger: Logger,
        encoder: HTTPResponseEncoder, decoder: ByteToMessageHandler<HTTPRequestDecoder>
    ) {
        self.backend = backend
        self.half = half
        self.router = router
        self.timeouts = timeouts
        self.logger = logger
        self.encoder = encoder
        self.decoder = decoder
    }

    // MARK: life

    func handlerAdded(context: ChannelHandlerContext) {
        own = context
        // The encoder was added just before; without it there is nothing to write to.
        wire = encoder.flatMap { try? context.pipeline.syncOperations.context(handler: $0) }
        deadline.set(in: timeouts.firstRequest)
    }

    func channelInactive(context: ChannelHandlerContext) {
        gone()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { gone() }

    private func gone() {
        poll?.gone()
        poll = nil
        if case .streaming(let sink) = state { sink.gone("network") }
        state = .closed
        deadline.cancel()
        held = []
        own = nil
        wire = nil
        encoder = nil
        decoder = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .routing = state { return context.fireErrorCaught(error) }
        guard let problem = Problem(reading: error) else {
            if case .streaming(let sink) = state {
                sink.failed(error)
            } else {
                logger.debug("connection failed", metadata: ["error": "\(error)"])
            }
            return context.close(promise: nil)
        }
        switch state {
        case .idle, .receiving: refuse(problem)
        default: context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            if case .idle = state { return context.close(promise: nil) }
        case ChannelEvent.inputClosed: return context.close(promise: nil)
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .streaming(let sink) = state, context.channel.isWritable { sink.becameWritable() }
        context.fireChannelWritabilityChanged()
    }

    // MARK: requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = Self.unwrapInboundIn(data)
        guard held.isEmpty, accept(part, context) else {
            held.append(part)
            return
        }
    }

    /// While requests wait for their turn nothing more is read: their number is bounded by one read.
    func read(context: ChannelHandlerContext) {
        if held.isEmpty, !isUpgrading { context.read() }
    }

    /// Takes one part in if it is its turn.
    private func accept(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) -> Bool {
        switch (state, part) {
        case (.idle, .head(let head)): begin(head, context)
        case (.receiving(let request), .body(let bytes)): receive(bytes, request)
        case (.receiving(let request), .end): dispatch(request, context)
        case (.routing(false, let responseEnded), .body), (.routing(false, let responseEnded), .end):
            context.fireChannelRead(Self.wrapInboundOut(part))
            if case .end = part { routed(requestEnded: true, responseEnded: responseEnded) }
        case (.streaming, _), (.closed, _): break
        case (.answering, _), (.routing, _): return false
        case (.idle, _), (.receiving, .head): break
        }
        return true
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        // A request that asked for another protocol stops the decoder: nothing can come after it.
        let asksForUpgrade = !head.headers[canonicalForm: "upgrade"].isEmpty
        closesAfterResponse = isQuiescing || asksForUpgrade || !head.isKeepAlive
        guard let request = FrontRequest(head) else {
            state = .routing(requestEnded: false, responseEnded: false)
            do {
                if !isRouterAttached { try router.attach(to: context.channel) }
                isRouterAttached = true
                context.fireChannelRead(Self.wrapInboundOut(.head(head)))
            } catch {
                logger.error("router not attached", metadata: ["error": "\(error)"])
                context.close(promise: nil)
            }
            return
        }
        if asksForUpgrade, !request.asksForWebSocket {
            return refuse(Problem(.badRequest, "The only protocol to upgrade to is a WebSocket, at GET /v1/stream."))
        }
        if isQuiescing, !request.asksForWebSocket {
            return refuse(
                Problem(.draining, "The server is going away; come back in a moment.", retryAfterMilliseconds: 1000))
        }
        state = .receiving(request)
        if head.headers.contains(name: "expect") {
            wire?.writeAndFlush(NIOAny(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        }
    }

    private func receive(_ bytes: ByteBuffer, _ request: FrontRequest) {
        if request.append(bytes) { return }
        refuse(Problem(.tooLarge, "The body of this request has at most \(request.maximumBody) bytes."))
    }

    private func dispatch(_ request: FrontRequest, _ context: ChannelHandlerContext) {
        deadline.clear()
        state = .answering(request)
        serve(request, context)
    }

    /// The request cannot be served and the rest of it is not wanted.
    func refuse(_ problem: Problem) {
        state = .closed
        wire?.writeAndFlush(NIOAny(HTTPAnswer.problem(problem, keepAlive: false)), promise: nil)
        closeGently()
    }

    // MARK: responses

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = Self.unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        context.write(data, promise: promise)
        if case .routing(let requestEnded, _) = state {
            context.flush()
            routed(requestEnded: requestEnded, responseEnded: true)
        }
    }

    private func routed(requestEnded: Bool, responseEnded: Bool) {
        if requestEnded, responseEnded { return finished(keepAlive: true) }
        state = .routing(requestEnded: requestEnded, responseEnded: responseEnded)
        // A request that has come in completely may take its time; one that has not, may not.
        if requestEnded { deadline.clear() } else { deadline.set(in: timeouts.firstRequest) }
    }

    /// Sends a whole response of the front.
    func answer(_ bytes: ByteBuffer, keepAlive: Bool) {
        guard case .answering = state else { return }
        wire?.write(NIOAny(bytes), promise: nil)
        needsFlush = true
        finished(keepAlive: keepAlive)
    }

    func flush() {
        guard needsFlush else { return }
        needsFlush = false
        wire?.flush()
    }

    /// The response is written: the next request's turn. What is held is taken up on a later tick of the loop, for
    /// this may run inside a drain.
    private func finished(keepAlive: Bool) {
        state = .idle
        if !keepAlive || closesAfterResponse || isQuiescing {
            flush()
            return closeGently()
        }
        deadline.set(in: timeouts.nextRequest)
        guard !held.isEmpty, let own else { return }
        flush()
        own.eventLoop.assumeIsolated().execute { self.resumeHeld() }
    }

    private func resumeHeld() {
        guard let own else { return }
        while let part = held.first, accept(part, own) { if !held.isEmpty { held.removeFirst() } }
        // The router's part of the pipeline hands on what it got when a read is complete.
        own.fireChannelReadComplete()
        if held.isEmpty { own.read() }
    }

    /// The connection has done what it was for.
    func closeGently() {
        state = .closed
        deadline.clear()
        own?.channel.closeGently()
    }

    // MARK: becoming something else

    /// Leaves the connection to a WebSocket after the answer to its handshake.
    func upgrade(_ headers: HTTPHeaders, _ handler: WebSocketHandler) {
        guard let own, let encoder, let decoder else { return }
        let pipeline = own.pipeline.syncOperations
        own.write(
            Self.wrapOutboundOut(
                .head(HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers))),
            promise: nil)
        do { try pipeline.addHandler(handler, position: .before(self)) } catch { return own.close(promise: nil) }
        state = .closed
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

    // MARK: time

    private func deadlinePassed() {
        switch state {
        case .receiving: refuse(Problem(.requestTimeout, "The request did not come in completely in time."))
        default: own?.close(promise: nil)
        }
    }
}
