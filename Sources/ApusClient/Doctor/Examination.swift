import ApusWire
package import NIOCore
import NIOHTTP1

/// Tries one transport after the other, each with the proof that the client asks of it: bytes both ways, never merely open.
package struct Examination: Sendable {
    private let endpoint: Endpoint
    private let token: String
    private let loop: any EventLoop

    private static let limit = TimeAmount.milliseconds(LadderTimes.attempt)

    package init(_ endpoint: Endpoint, token: String, on loop: any EventLoop) {
        self.endpoint = endpoint
        self.token = token
        self.loop = loop
    }

    /// One after the other, the best one first: together they would disturb each other where one connection is served at a
    /// time.
    package var all: AsyncStream<Finding> {
        AsyncStream { continuation in
            Task {
                for transport in Transport.allCases { continuation.yield(await run(transport)) }
                continuation.finish()
            }
        }
    }

    private func run(_ transport: Transport) async -> Finding {
        switch transport {
        case .webSocket: await webSocket()
        case .sse: await eventStream()
        case .longPoll: await poll(.longPoll, wait: LadderTimes.waitSeconds)
        case .shortPoll: await poll(.shortPoll, wait: 0)
        }
    }

    // MARK: streams

    private typealias Arrival = (incoming: Incoming, at: Double)

    /// A stream's probe while it lasts, at most ten seconds. `say` sends a frame; times count from the beginning.
    private func probing(
        _ transport: Transport,
        _ take: (_ arrival: Arrival, _ say: (String) -> Void, _ now: () -> Double) async -> Bool
    ) async {
        let clock = ContinuousClock()
        let start = clock.now
        let now = { @Sendable in (clock.now - start) / .milliseconds(1) as Double }
        let (arrivals, continuation) = AsyncStream.makeStream(of: (Incoming, Double).self)
        let port = NIOLoopBoundBox<(any StreamPort)?>.makeEmptyBox(valueType: (any StreamPort).self, eventLoop: loop)
        let (endpoint, token, loop) = (endpoint, token, loop)
        loop.execute {
            let told: (Incoming) -> Void = { incoming in
                continuation.yield((incoming, now()))
                if case .ended = incoming { continuation.finish() }
            }
            let path = "/v1/stream?probe=1"
            port.value =
                transport == .webSocket
                ? WebSocketPort(endpoint, on: loop, path, token: token, told)
                : EventStreamPort(endpoint, on: loop, path, token: token, told)
        }
        let alarm = loop.scheduleTask(in: Self.limit) { continuation.finish() }
        let say = { (frame: String) in loop.execute { port.value?.send(Array(frame.utf8)) } }
        for await (incoming, at) in arrivals where await take((incoming, at), say, now) { break }
        alarm.cancel()
        loop.execute {
            port.value?.close()
            port.value = nil
        }
    }

    private func webSocket() async -> Finding {
        var finding = Finding(transport: .webSocket)
        var hasHello = false
        var asked = 0.0
        finding.trouble = .unreachable("nothing came within 10 s")
        await probing(.webSocket) { arrival, say, now in
            switch arrival.incoming {
            case .opened:
                finding.connect = arrival.at
                finding.trouble = .swallowed
                asked = now()
                say(#"{"probe":"doctor"}"#)
            case .frame(.hello): hasHello = true
            case .frame(.probe):
                finding.roundTrip = arrival.at - asked
                if hasHello { finding.trouble = nil }
                return true
            case .frame(.bye(let code, _, _)):
                finding.trouble = .refused(code)
                return true
            case .frame, .heard: break
            case .ended(let end, let why): finding.trouble = Self.trouble(end, why, finding.connect != nil)
            }
            return false
        }
        return finding
    }

    private static func trouble(_ end: Ladder.End, _ why: String, _ wasOpen: Bool) -> Finding.Trouble {
        switch end {
        case .close(let code) where code >= 4400: .refused(why)
        case _ where end.isRefusal: .refused(why)
        case .lost where !wasOpen && !why.hasPrefix("an answer"): .unreachable(why)
        case _ where wasOpen: .cut("The WebSocket", why)
        // What the server answers to the same request without an Upgrade: a poll.
        case .lost where !why.hasSuffix("application/json"): .wrongAnswer(why)
        default: .upgradeDropped(why)
        }
    }

    private func eventStream() async -> Finding {
        var finding = Finding(transport: .sse)
        var hello: Hello?
        var ticks: [Double] = []
        finding.trouble = .buffered
        await probing(.sse) { arrival, _, _ in
            switch arrival.incoming {
            case .opened: finding.connect = arrival.at
            case .frame(.hello(let said)): hello = said
            case .frame(.batch): ticks.append(arrival.at)
            case .frame(.bye(let code, _, _)):
                finding.trouble = .refused(code)
                return true
            case .frame, .heard: break
            case .ended(let end, let why) where end.isRefusal:
                finding.trouble = .refused(why)
            case .ended(_, let why) where finding.connect == nil:
                finding.trouble = why.hasPrefix("an answer") ? .wrongAnswer(why) : .unreachable(why)
            case .ended(_, let why): if ticks.count < 2 { finding.trouble = .cut("The stream", why) }
            }
            guard let first = ticks.first, arrival.at - first >= Double(LadderTimes.spacing), let hello else {
                return false
            }
            finding.trouble = await post(hello, &finding)
            return true
        }
        return finding
    }

    /// The stream's way up: an acknowledgement of nothing.
    private func post(_ hello: Hello, _ finding: inout Finding) async -> Finding.Trouble? {
        let ack: JSONValue = [
            "id": "doctor", "op": "ack", "connection": .string(hello.connection), "seq": .integer(hello.seq),
        ]
        let (answer, time) = await ask(HTTPRequest(.POST, "/v1/commands", token: token, json: ack.encoded))
        switch answer {
        case .success(let answer) where answer.status == 200 || answer.problem != nil:
            finding.roundTrip = time
            return nil
        case .success(let answer): return .noPost(answer.sentence)
        case .failure(let error): return .noPost(Endpoint.reason(error))
        }
    }

    // MARK: polls

    private func poll(_ transport: Transport, wait: Int) async -> Finding {
        var finding = Finding(transport: transport)
        // Everything up to now is known with the first answer, so that the second one has to wait.
        let (first, connect) = await ask(HTTPRequest(.GET, "/v1/stream?observe=1", token: token))
        guard let cursor = check(first, &finding) else { return finding }
        finding.connect = connect
        let path = "/v1/stream?observe=1&wait=\(wait)&cursor=\(cursor)"
        let (second, time) = await ask(HTTPRequest(.GET, path, token: token), .seconds(Int64(wait) + 10))
        switch second {
        case .failure(let error) where wait > 0: finding.trouble = .notWaited(Endpoint.reason(error))
        case .success(let answer) where wait > 0 && answer.status >= 500 && answer.problem == nil:
            finding.trouble = .notWaited("\(answer.sentence) came")
        default: _ = check(second, &finding)
        }
        if wait == 0 { finding.roundTrip = time }
        return finding
    }

    private func check(_ result: Result<HTTPAnswer, any Error>, _ finding: inout Finding) -> String? {
        switch result {
        case .failure(let error): finding.trouble = .unreachable(Endpoint.reason(error))
        case .success(let answer):
            if answer.status == 200, answer.fields.first(name: "content-type") == "application/json",
                let cursor = answer.json?["cursor"]?.string
            {
                return cursor
            }
            finding.trouble = answer.problem == nil ? .wrongAnswer(answer.sentence) : .refused(answer.sentence)
        }
        return nil
    }

    /// On a connection of its own; how long it took.
    private func ask(_ request: HTTPRequest, _ limit: TimeAmount = limit) async -> (
        Result<HTTPAnswer, any Error>, Double
    ) {
        let clock = ContinuousClock()
        let start = clock.now
        let promise = loop.makePromise(of: HTTPAnswer.self)
        let (endpoint, loop) = (endpoint, loop)
        loop.execute {
            Requests(endpoint, on: loop).send(request, within: limit) { promise.completeWith($0) }
        }
        let result: Result<HTTPAnswer, any Error>
        do { result = .success(try await promise.futureResult.get()) } catch { result = .failure(error) }
        return (result, (clock.now - start) / .milliseconds(1))
    }
}

extension Ladder.End {
    /// The server's word about who asks; the way to it works.
    fileprivate var isRefusal: Bool {
        guard case .status(let status, _) = self else { return false }
        return [401, 403, 429].contains(status)
    }
}
