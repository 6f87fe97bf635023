import NIOCore
import NIOHTTP1

/// Several requests, one after the other, on one kept-alive connection; made anew when the server has closed it.
/// A request that finds the kept connection closed before any answer is sent again, a POST too.
package actor HTTPConnection {
    typealias Part = HTTPClientResponsePart

    private let server: ServerAddress
    private var socket: Socket<Part?>?
    /// Whether the socket has answered before: only then may a close without an answer be an idle time-out.
    private var isReused = false
    /// Whether the server means to leave the connection open after its answer.
    private var isKept = true
    private var awaited: HTTPExchange?
    private var partial: HTTPAnswer?

    /// How often a connection was made; 1 as long as the server keeps the first one.
    package private(set) var connects = 0

    package init(to server: ServerAddress) { self.server = server }

    package func perform(
        _ exchange: HTTPExchange, within limit: Duration = .seconds(30)
    ) async throws -> HTTPAnswer {
        let deadline = Deadline.within(limit)
        do {
            try await send(exchange, by: deadline)
            return try await receive(by: deadline)
        } catch {
            close()
            throw error
        }
    }

    /// Also breaks off a request that is under way; the next one connects again.
    package func close() {
        socket?.close()
        socket = nil
        awaited = nil
        partial = nil
    }

    /// The first half of `perform`, for a poll: its answer may outlast the patience of one `receive`.
    func send(_ exchange: HTTPExchange, by deadline: Deadline) async throws {
        if let awaited { throw ClientFailure(.misuse, "\(exchange) asked while \(awaited) is unanswered") }
        awaited = exchange
        do {
            if socket?.isOpen != true { try await connect(by: deadline) }
        } catch {
            awaited = nil
            throw error
        }
        socket?.write(exchange.parts(for: server))
    }

    /// The second half: may be called again after a time-out.
    func receive(by deadline: Deadline) async throws -> HTTPAnswer {
        guard let exchange = awaited else { throw ClientFailure(.misuse, "nothing was asked of \(server)") }
        while let socket {
            let part = try await socket.mailbox.take("the answer to \(exchange) from \(self.server)", by: deadline)
            guard self.socket === socket else { break }
            switch part {
            case .head(let head):
                partial = HTTPAnswer(status: Int(head.status.code), headers: HeaderFields(head.headers), body: [])
                isKept = head.isKeepAlive
            case .body(let bytes): partial?.body.append(contentsOf: bytes.readableBytesView)
            case .end:
                guard let answer = partial else { throw lost(exchange) }
                (partial, awaited, isReused) = (nil, nil, true)
                if !isKept { close() }
                return answer
            case nil:
                guard partial == nil, isReused else { throw lost(exchange) }
                try await connect(by: deadline)
                self.socket?.write(exchange.parts(for: server))
            }
        }
        throw lost(exchange)
    }

    private func lost(_ exchange: HTTPExchange) -> ClientFailure {
        let came = partial.map { "in the middle of an answer \($0.status), after \($0.text.abridged())" }
        close()
        return ClientFailure(.closed, "\(server) closed the connection \(came ?? "without an answer") to \(exchange)")
    }

    private func connect(by deadline: Deadline) async throws {
        let mailbox = Mailbox<Part?> { $0?.summary ?? "the connection's end" }
        socket = nil
        isReused = false
        connects += 1
        socket = try await Socket(to: server, mailbox: mailbox, by: deadline) { pipeline in
            try pipeline.addHTTPClientHandlers()
            try pipeline.addHandler(MailboxHandler<Part>(mailbox))
        }
    }
}
