package import NIOCore
package import NIOHTTP1

/// A request that is answered as a whole.
package struct HTTPRequest: Sendable {
    package var method = HTTPMethod.GET
    package var path: String
    package var token: String
    package var json: [UInt8]?

    package init(_ method: HTTPMethod, _ path: String, token: String, json: [UInt8]? = nil) {
        self.method = method
        self.path = path
        self.token = token
        self.json = json
    }
}

/// Requests over kept connections, one at a time on each; more than `most` wait for their turn. Confined to a loop.
package final class Requests {
    /// As browsers do: enough for every room that is talked in, and no burden to a proxy.
    static let most = 6
    /// Less than proxies keep connections for, so that one is rarely used in the moment it is closed.
    static let keptFor = TimeAmount.seconds(10)

    package typealias Answered = (Result<HTTPAnswer, any Error>) -> Void

    private let endpoint: Endpoint
    private let loop: any EventLoop
    private(set) var idle: [HTTPLine] = []
    private(set) var busy = 0
    private(set) var waiting: [Exchange] = []

    package init(_ endpoint: Endpoint, on loop: any EventLoop) {
        self.endpoint = endpoint
        self.loop = loop
    }

    /// - Parameter isUrgent: does not wait for its turn; for polls, which the others would hold up.
    @discardableResult
    package func send(
        _ request: HTTPRequest, within limit: TimeAmount, isUrgent: Bool = false, _ answered: @escaping Answered
    ) -> Exchange {
        let exchange = Exchange(request, isUrgent, self, answered)
        exchange.alarm = loop.assumeIsolated().scheduleTask(in: limit) {
            exchange.end(.failure(ChannelError.connectTimeout(limit)))
        }
        waiting.append(exchange)
        next()
        return exchange
    }

    /// Another network: what was kept open leads nowhere.
    package func dropIdle() {
        for line in idle { line.close() }
        idle = []
    }

    private func next() {
        while let index = waiting.firstIndex(where: { $0.isUrgent || busy < Self.most }) {
            begin(waiting.remove(at: index), idle.popLast())
        }
    }

    private func begin(_ exchange: Exchange, _ kept: HTTPLine?) {
        busy += exchange.isUrgent ? 0 : 1
        exchange.isCounted = !exchange.isUrgent
        run(exchange, kept)
    }

    private func run(_ exchange: Exchange, _ kept: HTTPLine?) {
        let line = kept ?? HTTPLine(endpoint, on: loop)
        exchange.line = line
        line.send(exchange.request) { [self] result in
            // It was closed while nobody asked; that says nothing of the network.
            if kept != nil, case .failure(let error) = result, error is HTTPLine.Unanswered {
                return run(exchange, nil)
            }
            if case .success = result, line.isKept { keep(line) }
            exchange.line = nil
            exchange.end(result)
        }
    }

    private func keep(_ line: HTTPLine) {
        idle.append(line)
        line.closes(in: Self.keptFor) { [self] in idle.removeAll { $0 === line } }
    }

    fileprivate func ended(_ exchange: Exchange) {
        waiting.removeAll { $0 === exchange }
        if exchange.isCounted { busy -= 1 }
        exchange.isCounted = false
        next()
    }

    /// One request that is under way.
    package final class Exchange {
        let request: HTTPRequest
        let isUrgent: Bool
        fileprivate var isCounted = false
        fileprivate var line: HTTPLine?
        fileprivate var alarm: Scheduled<Void>?
        private var answered: Answered?
        private let owner: Requests

        fileprivate init(
            _ request: HTTPRequest, _ isUrgent: Bool, _ owner: Requests, _ answered: @escaping Answered
        ) {
            self.request = request
            self.isUrgent = isUrgent
            self.owner = owner
            self.answered = answered
        }

        /// Nothing more is heard of it.
        package func cancel() {
            answered = nil
            end(.failure(CancellationError()))
        }

        fileprivate func end(_ result: Result<HTTPAnswer, any Error>) {
            guard let alarm else { return }
            alarm.cancel()
            self.alarm = nil
            line?.close()
            line = nil
            owner.ended(self)
            let told = answered
            answered = nil
            told?(result)
        }
    }
}
