import NIOCore
import NIOHTTP1

/// A WebSocket client of RFC 6455. Pings are answered by themselves.
package final class WebSocketConnection: Sendable {
    package enum Incoming: Sendable, Equatable {
        case text(String)
        case binary([UInt8])
        case pong([UInt8])
        /// The server's close code and reason; nil without one, or when the connection ended without a close frame.
        case closed(code: UInt16?, reason: String)

        /// Only during the handshake.
        case accepted(HTTPAnswer)
        case refused(HTTPAnswer)
    }

    /// What the server said to a handshake.
    package enum Opening: Sendable {
        case open(WebSocketConnection)
        case refused(HTTPAnswer)
    }

    /// The example of RFC 6455 section 1.3. The key is there against caches, not for secrecy, and with this one the
    /// answer is known without SHA-1.
    private static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    private static let acceptedKey = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    private let path: String
    private let socket: Socket<Incoming>

    /// The header fields of the server's 101.
    package let headers: HeaderFields

    /// - Parameters:
    ///   - subprotocols: those to offer; with none the header field is left out.
    ///   - answersPings: false to play dead.
    package static func open(
        to server: ServerAddress, path: String, headers: HeaderFields = [:], subprotocols: [String] = ["apus.v1"],
        answersPings: Bool = true, within limit: Duration = .seconds(30)
    ) async throws -> Opening {
        let deadline = Deadline.within(limit)
        let mailbox = Mailbox<Incoming> { if case .accepted = $0 { "the 101" } else { "\($0)" } }
        let socket = try await Socket(to: server, mailbox: mailbox, by: deadline) { pipeline in
            try pipeline.addHandler(ByteToMessageHandler(WebSocketDecoder()))
            try pipeline.addHandler(WebSocketHandler(mailbox, answersPings: answersPings))
        }
        socket.write([WebSocketHandler.Outgoing.raw(request(server, path, headers, subprotocols))])
        switch try await mailbox.take("the answer to the handshake \(path)", by: deadline) {
        case .refused(let answer): return .refused(answer)
        case .accepted(let answer):
            try check(answer.headers, subprotocols)
            return .open(WebSocketConnection(path, socket, answer.headers))
        case let other: throw ClientFailure(.closed, "expected an answer to the handshake \(path), but \(other) came")
        }
    }

    private init(_ path: String, _ socket: Socket<Incoming>, _ headers: HeaderFields) {
        self.path = path
        self.socket = socket
        self.headers = headers
    }

    /// The next message; once closed, the same `.closed` again and again.
    package func next(within limit: Duration = .seconds(30)) async throws -> Incoming {
        try await next(by: .within(limit))
    }

    func next(by deadline: Deadline) async throws -> Incoming {
        let path = path
        return try await socket.mailbox.take("a message on the WebSocket \(path)", by: deadline)
    }

    package func send(text: String) { send(WebSocketFrame(.text, text.utf8)) }

    package func send(_ frame: WebSocketFrame) { socket.write([WebSocketHandler.Outgoing.frame(frame)]) }

    /// Bytes as they are, for what no correct client would send.
    package func sendRaw(_ bytes: [UInt8]) { socket.write([WebSocketHandler.Outgoing.raw(bytes)]) }

    /// Begins the closing handshake; `next` gives the server's `.closed`, after what was on its way.
    package func close(code: UInt16? = 1000) { send(.close(code)) }

    /// Waits until the connection has ended; what came before stays for `next`.
    func closed(by deadline: Deadline) async throws { try await socket.closed(by: deadline) }

    /// Ends the connection without a word, as a dying client does.
    package func abort() { socket.close() }

    /// Turned off, nothing is read from the kernel any more: the server meets a slow reader.
    package func setReading(_ on: Bool) async throws { try await socket.setReading(on) }

    private static func request(
        _ server: ServerAddress, _ path: String, _ own: HeaderFields, _ subprotocols: [String]
    ) -> [UInt8] {
        var headers = server.headers(own)
        headers.add(name: "upgrade", value: "websocket")
        headers.add(name: "connection", value: "Upgrade")
        headers.add(name: "sec-websocket-version", value: "13")
        headers.add(name: "sec-websocket-key", value: key)
        if !subprotocols.isEmpty {
            headers.add(name: "sec-websocket-protocol", value: subprotocols.joined(separator: ", "))
        }
        let lines = ["GET \(path) HTTP/1.1"] + headers.map { "\($0.name): \($0.value)" }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// RFC 6455 section 4.1: what makes a client fail the connection in spite of a 101.
    private static func check(_ headers: HeaderFields, _ offered: [String]) throws {
        guard headers["upgrade"]?.lowercased() == "websocket",
            headers.fields[canonicalForm: "connection"].contains(where: { $0.lowercased() == "upgrade" }),
            headers["sec-websocket-accept"] == acceptedKey
        else { throw ClientFailure(.violation, "a 101 that accepts something else: \(headers)") }
        let chosen = headers["sec-websocket-protocol"]
        guard chosen.map(offered.contains) ?? true else {
            throw ClientFailure(.violation, "the subprotocol \(chosen ?? ""), which was not offered")
        }
    }
}
