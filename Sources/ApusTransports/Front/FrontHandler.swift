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
        case routing(Routing)
        /// An SSE stream has the connection for good.
        case streaming(EventStreamSink)
        case closed
    }

    /// How far a request with the router and its response have come.
    struct Routing {
        var received = 0
        var requestEnded = false
        var responseBegun = false
        var responseEnded = false
    }

    /// Parts that may wait for their turn: a head costs many times the bytes that it came in.
    static let maximumHeld = 1024

    let backend: any Backend
    let half: HubHalf
    let logger: Logger
    let timeouts: FrontTimeouts
    let date: DateField
    let bodies: UnfinishedBodies
    /// Of the request that is coming in; nil where nobody has asked.
    var standing: Standing?
    /// What it has of `bodies`.
    var kept = 0
    /// Only on a trusted proxy's connections, where each request takes up its client's place.
    let limit: ConnectionLimit?
    var place: ClientAddress?
    private let router: RouterBridge
    private(set) var encoder: HTTPResponseEncoder?
    private(set) var decoder: ByteToMessageHandler<HTTPRequestDecoder>?
    var state = State.idle
    var poll: PollSink?
    /// What the answer says so that the asking page may read it; nil where that page is the server's own.
    var sharing: String?
    /// Behind the encoder: what is written here goes out as it is.
    var writer: SocketWriter?
    var own: ChannelHandlerContext?
    /// What came ahead of its turn.
    var held: Deque<HTTPServerRequestPart> = []
    /// Why nothing more is read; what came in whole before is still answered.
    var inputEnd: InputEnd?
    private(set) var isRouterAttached = false
    var isQuiescing = false
    var closesAfterResponse = false
    lazy var deadline = RequestDeadline(loop: half.loop) { [weak self] in self?.deadlinePassed() }
    /// What of the answers had not gone out when that was last looked at.
    var unsent = 0
    /// The client waits to be told to send the body.
    var owesContinue = false
    /// A read has brought more than a piece of a head.
    var hasRead = false
    /// A WebSocket is about to take the connection: what follows the handshake stays in the socket.
    var isUpgrading = false
    /// What the channel last said; asking it costs more.
    var isWritable = false

    init(
        backend: any Backend, half: HubHalf, router: RouterBridge, timeouts: FrontTimeouts, date: DateField,
        bodies: UnfinishedBodies, limit: ConnectionLimit?, logger: Logger, encoder: HTTPResponseEncoder,
        decoder: ByteToMessageHandler<HTTPRequestDecoder>
    ) {
        self.backend = backend
        self.half = half
        self.router = router
        self.timeouts = timeouts
        self.date = date
        self.bodies = bodies
        self.limit = limit
        self.logger = logger
        self.encoder = encoder
        self.decoder = decoder
    }

    // MARK: life

    func handlerAdded(context: ChannelHandlerContext) {
        own = context
        isWritable = context.channel.isWritable
        // The encoder was added just before; without it there is nothing to write to.
        writer = encoder.flatMap { try? context.pipeline.syncOperations.context(handler: $0) }.map(SocketWriter.init)
        deadline.set(in: timeouts.request)
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
        letGo()
        leavePlace()
        deadline.cancel()
        held = []
        own = nil
        writer = nil
        encoder = nil
        decoder = nil
    }

    // MARK: requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .streaming, .closed: return
        default: if inputEnd != nil { return }
        }
        hasRead = true
        let part = Self.unwrapInboundIn(data)
        if held.isEmpty, isWritable, accept(part, context) { return }
        if held.count == Self.maximumHeld {
            return endInput(.fault(Problem(.badRequest, "Too many requests were sent ahead; wait for the answers.")))
        }
        held.append(part)
    }

    /// While requests wait for their turn, or answers for a client that takes them, nothing more is read. A connection
    /// that is closing is read to its end, or the rest would reset it.
    func read(context: ChannelHandlerContext) {
        if case .closed = state { return context.read() }
        if held.isEmpty, !isUpgrading, inputEnd == nil, isWritable { context.read() }
    }

    /// Takes one part in if it is its turn.
    func accept(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) -> Bool {
        switch (state, part) {
        case (.idle, .head(let head)): begin(head, context)
        case (.receiving(let request), .body(let bytes)): receive(bytes, request)
        case (.receiving(let request), .end): dispatch(request)
        case (.routing(let routing), _) where !routing.requestEnded: route(part, routing, context)
        case (.streaming, _), (.closed, _): break
        case (.answering, _), (.routing, _): return false
        case (.idle, _), (.receiving, .head): break
        }
        return true
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        // Other protocols than WebSocket are not asked about (RFC 9110 section 7.8), but their names stop the decoder:
        // nothing can come after such a request.
        let asksForUpgrade = head.headers.contains(name: "upgrade")
        closesAfterResponse = isQuiescing || asksForUpgrade || head.method == .CONNECT || !head.isKeepAlive
        sharing = backend.origins.sharing(with: head.headers.first(name: "origin"))
        owesContinue = head.expectsContinue
        let request = FrontRequest(head)
        if let problem = Problem(framing: head, maximumBody: request?.maximumBody ?? RouterBridge.maximumBody) {
            return refuse(problem)
        }
        guard let request else {
            if let problem = takePlace(head) { return refuse(problem) }
            state = .routing(Routing())
            writer?.leaveToChannel()
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
        if isQuiescing, !request.asksForWebSocket {
            return refuse(
                Problem(.draining, "The server is going away; come back in a moment.", retryAfterMilliseconds: 1000))
        }
        state = .receiving(request)
    }

    private func receive(_ bytes: ByteBuffer, _ request: FrontRequest) {
        if !request.append(bytes) { return refuse(.tooLarge(request.maximumBody)) }
        if let problem = keep(bytes.readableBytes) { refuse(problem) }
    }

    private func route(_ part: HTTPServerRequestPart, _ routing: Routing, _ context: ChannelHandlerContext) {
        var routing = routing
        if case .body(let bytes) = part {
            routing.received += bytes.readableBytes
            // Routes find out for themselves who asks.
            standing = .stranger
            if let problem = keep(bytes.readableBytes) { return endInput(.fault(problem)) }
        }
        if case .end = part {
            routing.requestEnded = true
            letGo()
        }
        if routing.received > RouterBridge.maximumBody { return endInput(.fault(.tooLarge(RouterBridge.maximumBody))) }
        state = .routing(routing)
        context.fireChannelRead(Self.wrapInboundOut(part))
        if routing.requestEnded { routed(routing) }
    }

    private func dispatch(_ request: FrontRequest) {
        deadline.clear()
        letGo()
        state = .answering(request)
        serve(request)
    }

    /// The request cannot be served and the rest of it is not wanted.
    func refuse(_ problem: Problem) {
        state = .closed
        letGo()
        writer?.write(answers.problem(problem, keepAlive: false).with(fields: sharing))
        flush()
        closeGently()
    }
}
