import NIOCore
import NIOHTTP1

/// A server-sent event stream as a browser's `EventSource` would read it, without its reconnecting.
package actor EventStreamConnection {
    package enum Incoming: Sendable {
        case event(ServerSentEvent)
        /// The answer was no event stream; nothing follows.
        case refused(HTTPAnswer)
        case ended
    }

    typealias Part = HTTPClientResponsePart

    private let exchange: HTTPExchange
    private let socket: Socket<Part?>
    private var parser = EventStreamParser()
    private var refusal: HTTPAnswer?
    private var hasEnded = false

    /// Those of the answer, once something has been read.
    package private(set) var headers: HeaderFields?
    /// The last `retry:`, in milliseconds.
    package var retry: Int? { parser.retry }
    /// Bytes of comment so far.
    package var commentBytes: Int { parser.commentBytes }

    /// Connects and asks; the answer's head comes with the first `next`.
    package init(
        to server: ServerAddress, path: String, headers: HeaderFields = [:], within limit: Duration = .seconds(30)
    ) async throws {
        exchange = HTTPExchange("GET", path, headers: headers)
        let mailbox = Mailbox<Part?> { $0?.summary ?? "the connection's end" }
        socket = try await Socket(to: server, mailbox: mailbox, by: .within(limit)) { pipeline in
            try pipeline.addHTTPClientHandlers()
            try pipeline.addHandler(MailboxHandler<Part>(mailbox))
        }
        var request = exchange
        if headers["accept"] == nil { request.headers["accept"] = "text/event-stream" }
        socket.write(request.parts(for: server))
    }

    package func next(within limit: Duration = .seconds(30)) async throws -> Incoming {
        try await next(by: .within(limit))
    }

    func next(by deadline: Deadline) async throws -> Incoming {
        while true {
            if let event = parser.next() { return .event(event) }
            if hasEnded { return .ended }
            let exchange = exchange
            switch try await socket.mailbox.take("an event of \(exchange)", by: deadline) {
            case .head(let head):
                headers = HeaderFields(head.headers)
                let type = head.headers.first(name: "content-type") ?? ""
                if head.status != .ok || !type.lowercased().hasPrefix("text/event-stream") {
                    refusal = HTTPAnswer(status: Int(head.status.code), headers: HeaderFields(head.headers), body: [])
                }
            case .body(let bytes):
                if refusal == nil {
                    parser.feed(bytes.readableBytesView)
                } else {
                    refusal?.body.append(contentsOf: bytes.readableBytesView)
                }
            case .end, nil:
                hasEnded = true
                close()
                if let refusal { return .refused(refusal) }
            }
        }
    }

    package func close() { socket.close() }

    /// Turned off, nothing is read from the kernel any more: the server meets a slow reader.
    package func setReading(_ on: Bool) async throws { try await socket.setReading(on) }
}
