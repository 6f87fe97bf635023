import ApusCore
import ApusWire
import NIOCore
import NIOHTTP1

extension FrontHandler {
    /// Decides which form a request takes.
    func serve(_ request: FrontRequest) {
        if request.head.method == .OPTIONS, request.head.headers.contains(name: "access-control-request-method") {
            return servePreflight(request)
        }
        let problem = takePlace(request.head)
        if request.asksForWebSocket { return serveWebSocket(request, refusedFor: problem) }
        if let problem { return finish(problem, request) }
        switch (request.endpoint, request.head.method) {
        case (.stream, .GET), (.stream, .HEAD), (.stream, .POST): serveHTTPStream(request)
        case (.commands, .POST): serveCommands(request)
        case (.stream, _): refuseMethod(request, "GET, HEAD, POST")
        case (.commands, _): refuseMethod(request, "POST")
        }
    }

    private func refuseMethod(_ request: FrontRequest, _ allowed: String) {
        let problem = Problem(.methodNotAllowed, "\(request.target.path) takes \(allowed).")
        var writer = JSONWriter()
        problem.encode(into: &writer)
        finish(
            answers.json(
                status: .methodNotAllowed, writer.bytes, type: "application/problem+json",
                keepAlive: !isLast, isHead: request.head.method == .HEAD, extra: "allow: \(allowed)\r\n"))
    }

    /// A browser asks whether a page on another server may ask (Fetch, section 3.2.2).
    private func servePreflight(_ request: FrontRequest) {
        guard sharing != nil else {
            return finish(Presented.refused(request.head.headers.first(name: "origin") ?? ""), request)
        }
        finish(answers.preflight(keepAlive: !isLast))
    }

    private func finish(_ problem: Problem, _ request: FrontRequest) {
        finish(answers.problem(problem, keepAlive: !isLast, isHead: request.head.method == .HEAD))
    }

    private func finish(_ bytes: ByteBuffer) {
        answer(bytes, keepAlive: !isLast)
        flush()
    }

    // MARK: WebSocket

    /// A well-formed handshake is answered 101 even when it is refused: a browser cannot see another status, and would
    /// take a refusal for a network that does not let WebSocket through.
    private func serveWebSocket(_ request: FrontRequest, refusedFor problem: Problem?) {
        let headers: HTTPHeaders
        do { headers = try WebSocketHandshake.answer(request.head) } catch { return finish(error, request) }
        func become(_ opening: WebSocketHandler.Opening) {
            guard case .answering = state else { return }
            upgrade(headers, WebSocketHandler(backend: backend, half: half, opening: opening, logger: logger))
        }
        isUpgrading = true
        if let problem { return become(.refusal(.tooMuch, problem.detail)) }
        let query: StreamQuery
        do { query = try StreamQuery(target: request.target) } catch {
            return become(.refusal(.badFrame, (error as? Problem)?.detail ?? "\(error)"))
        }
        Admission(backend: backend).admit(request, rooms: query.rooms, on: half.loop) { answer in
            switch answer {
            case .admitted(let credential, let scope): become(.reader(query.request(credential, .webSocket, scope)))
            case .refused(let problem):
                become(.refusal(problem.closeCode, problem.detail))
            }
        }
    }

    // MARK: SSE and polls

    private func serveHTTPStream(_ request: FrontRequest) {
        let head = request.head
        let wantsEvents = head.method != .POST && head.headers["accept"].contains(where: EventStream.isAccepted)
        var query: StreamQuery
        do {
            if head.method == .POST {
                guard request.hasJSONBody else {
                    throw Problem(.unsupportedMediaType, "Send the body as application/json.")
                }
                query = try StreamQuery(body: request.body.readableBytesView)
            } else {
                query = try StreamQuery(target: request.target)
            }
            if wantsEvents, let last = head.headers.first(name: "last-event-id"), !last.isEmpty {
                query.cursor = try StreamQuery.cursor(last)
            }
        } catch {
            return finish(error as? Problem ?? Problem(.badRequest, "\(error)"), request)
        }
        Admission(backend: backend).admit(request, rooms: query.rooms, on: half.loop) { [query] answer in
            guard case .answering = self.state else { return }
            switch answer {
            case .refused(let problem): self.finish(problem, request)
            case .admitted where head.method == .HEAD:
                let type = wantsEvents ? "text/event-stream" : "application/json"
                self.finish(self.answers.bare(type: type, keepAlive: !self.isLast))
            case .admitted(let credential, let scope):
                if wantsEvents {
                    self.serveEvents(query.request(credential, .sse, scope), request)
                } else {
                    let waits = (query.wait ?? 0) > 0 && !self.isInputClosed
                    let kind: TransportKind = waits ? .longPoll : .shortPoll
                    self.servePoll(query.request(credential, kind, scope))
                }
            }
        }
    }

    private func serveEvents(_ reading: ReaderRequest, _ request: FrontRequest) {
        guard let writer, inputEnd == nil else { return closeGently() }
        let isChunked = request.head.version != .http1_0
        let sink = EventStreamSink(
            half: half, writer: writer, isWritable: isWritable, isChunked: isChunked, logger: logger,
            sharing: sharing, date: date,
            ended: { [weak self] in self?.closeGently() })
        state = .streaming(sink)
        sink.open(reading)
    }

    private func servePoll(_ reading: ReaderRequest) {
        let sink = PollSink(half: half) { [weak self] answer in
            guard let self else { return }
            poll = nil
            let keepAlive = !isLast
            switch answer {
            case .problem(let problem):
                self.answer(answers.problem(problem, keepAlive: keepAlive), keepAlive: keepAlive)
            case .reset(let reset): self.answer(answers.reset(reset, keepAlive: keepAlive), keepAlive: keepAlive)
            case .batch(let batch) where keepAlive && batch.bye == nil:
                self.answer(
                    batch.bytes(for: .longPoll) { answers.json($0.pollBody, keepAlive: true) }, keepAlive: true)
            case .batch(let batch):
                self.answer(answers.json(batch.pollBody, keepAlive: false), keepAlive: false)
            }
            flush()
        }
        poll = sink
        sink.open(reading)
    }

    // MARK: commands

    private func serveCommands(_ request: FrontRequest) {
        let items: [Command.Item]
        let isArray: Bool
        do {
            guard request.hasJSONBody else {
                throw Problem(.unsupportedMediaType, "Send the commands as application/json.")
            }
            (items, isArray) = try Self.commands(request)
        } catch {
            return finish(error as? Problem ?? Problem(.badJSON, "The body is not JSON: \(error)."), request)
        }
        Admission(backend: backend).admit(request, on: half.loop) { answer in
            guard case .answering = self.state else { return }
            switch answer {
            case .refused(let problem): self.finish(problem, request)
            case .admitted(let credential, _):
                let receiver = CommandReceiver(front: self, request: request, isArray: isArray)
                let address = ReplyAddress(
                    half: self.half.index,
                    receiver: NIOLoopBound<any ReplyReceiver>(receiver, eventLoop: self.half.loop))
                self.backend.submit(items, of: credential.identity, replyTo: address)
            }
        }
    }

    /// The commands of a body; a single one may have its id as `Idempotency-Key`, or none.
    private static func commands(_ request: FrontRequest) throws -> ([Command.Item], isArray: Bool) {
        var json = try JSONValue(parsing: request.body.readableBytesView)
        let isArray = json.array != nil
        if let key = request.head.headers.first(name: "idempotency-key"), case .object(var command) = json {
            if let id = command["id"], id != .string(key) {
                throw Problem(.invalidField, "\"id\" and the header Idempotency-Key differ; send one of them.")
            }
            command["id"] = .string(key)
            json = .object(command)
        }
        return (try Command.list(json, requiresID: false), isArray)
    }
}

extension Problem {
    /// A refusal as a WebSocket says it.
    fileprivate var closeCode: CloseCode {
        switch code {
        case .unauthorized: .unauthorized
        case .forbidden, .banned: .forbidden
        default: .draining
        }
    }
}

/// Waits for the replies to one POST and makes them its response.
private final class CommandReceiver: ReplyReceiver {
    private weak var front: FrontHandler?
    private let request: FrontRequest
    private let isArray: Bool

    init(front: FrontHandler, request: FrontRequest, isArray: Bool) {
        self.front = front
        self.request = request
        self.isArray = isArray
    }

    func receive(_ replies: [Reply]) {
        guard let front, case .answering(let current) = front.state, current === request else { return }
        front.answer(answer(replies, front), keepAlive: !front.isLast)
    }

    func flush() { front?.flush() }

    private func answer(_ replies: [Reply], _ front: FrontHandler) -> ByteBuffer {
        let (answers, keepAlive) = (front.answers, !front.isLast)
        if !isArray, let reply = replies.first, case .failure(let problem) = reply.result {
            let allowance = problem.code == .rateLimited ? front.backend.allowance : nil
            return answers.problem(
                problem, keepAlive: keepAlive,
                extra: allowance?.headers(retryAfterMilliseconds: problem.retryAfterMilliseconds ?? 0) ?? "")
        }
        var writer = JSONWriter(capacity: 128 * replies.count)
        if isArray {
            writer.array { for reply in replies { reply.encode(into: &$0) } }
        } else {
            replies.first?.encode(into: &writer)
        }
        return answers.json(writer.bytes, keepAlive: keepAlive)
    }
}
