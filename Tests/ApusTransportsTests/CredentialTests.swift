import ApusCore
import ApusWire
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import ApusTransports

/// How a request says who asks, and from which page.
struct CredentialTests {
    private func request(_ line: String, _ fields: String..., body: String = "") -> String {
        let head = ([line + " HTTP/1.1", "Host: chat.test"] + fields).joined(separator: "\r\n")
        let framing = body.isEmpty ? "" : "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
        return "\(head)\r\n\(framing)\r\n\(body)"
    }

    private func handshake(_ fields: String..., target: String = "/v1/stream") -> String {
        "GET \(target) HTTP/1.1\r\nHost: chat.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    private let command = #"{"id":"a","op":"x"}"#

    @Test(arguments: [
        ("Cookie: apus_session=ada", "200"), ("Cookie: theme=dark; apus_session=ada; x=y", "200"),
        ("Cookie: theme=dark\r\nCookie: apus_session=ada", "200"), ("Cookie: apus_session=eve", "401"),
        ("Cookie: apus_session=", "401"), ("Cookie: apus_sessions=ada", "401"), ("Cookie: ada", "401"),
        ("Cookie: apus_session=ada\r\nAuthorization: Bearer eve", "401"),
        ("Cookie: apus_session=ada\r\nAuthorization: Basic ada", "401"),
    ])
    func `a cookie is a token, and a header wins over it`(fields: String, status: String) throws {
        #expect(try FrontDesk().send(request("GET /v1/stream", fields)).hasPrefix("HTTP/1.1 \(status) "))
    }

    @Test(
        arguments: [
            (nil, false), ("https://chat.test", true), ("http://chat.test", true), ("HTTPS://Chat.Test", true),
            ("https://chat.example", true), ("https://evil.test", false), ("https://chat.test.evil.test", false),
            ("https://chat.test:8443", false), ("null", false), ("", false),
        ] as [(String?, Bool)])
    func `with a cookie, what changes something must come from an allowed page`(origin: String?, isTaken: Bool) throws {
        let field = origin.map { "Origin: \($0)" } ?? "X-Nothing: here"
        for line in ["POST /v1/commands", "POST /v1/stream"] {
            let desk = try FrontDesk()
            let body = line.hasSuffix("stream") ? "{}" : command
            let answer = try desk.send(request(line, "Cookie: apus_session=ada", field, body: body))
            #expect(answer.hasPrefix("HTTP/1.1 403 ") == !isTaken, "\(line)")
            #expect(desk.backend.submitted.withLock(\.count) == (isTaken && line.hasSuffix("commands") ? 1 : 0))
            let other = try FrontDesk()
            let bearer = try other.send(request(line, "Authorization: Bearer ada", field, body: body))
            #expect(!bearer.hasPrefix("HTTP/1.1 403 "), "a token in a header is not sent by accident")
        }
        let reading = try FrontDesk().send(request("GET /v1/stream", "Cookie: apus_session=ada", field))
        #expect(reading.hasPrefix("HTTP/1.1 200 "), "reading changes nothing")
        let desk = try FrontDesk()
        let opened = try desk.send(handshake("Cookie: apus_session=ada", field))
        #expect(opened.hasPrefix("HTTP/1.1 101 "))
        #expect(opened.contains("hello") == isTaken)
        #expect(opened.contains("\u{11}\u{33}") == !isTaken, "close code 4403")
    }

    @Test func `a ticket opens one stream, and nothing else`() throws {
        let desk = try FrontDesk()
        #expect(try desk.send(request("POST /v1/commands?ticket=good", body: command)).hasPrefix("HTTP/1.1 401 "))
        #expect(try desk.send(request("GET /v1/stream?ticket=bad")).hasPrefix("HTTP/1.1 401 "))
        #expect(try desk.send(request("GET /v1/stream?ticket=good")).hasPrefix("HTTP/1.1 200 "))
        #expect(try desk.send(request("GET /v1/stream?ticket=good")).hasPrefix("HTTP/1.1 401 "))
        let page = try FrontDesk()
        #expect(
            try page.send(handshake("Origin: https://evil.test", target: "/v1/stream?ticket=good")).contains("hello"))
    }

    // MARK: pages on other servers

    @Test func `an allowed page may read every answer, and others may not`() throws {
        let allowed = [
            "access-control-allow-origin: https://chat.example", "access-control-allow-credentials: true",
            "access-control-expose-headers: Retry-After, RateLimit, RateLimit-Policy",
        ]
        for (what, token) in [
            ("GET /v1/stream", "ada"), ("GET /v1/stream", "eve"), ("GET /v1/stream?cursor=e9-1", "ada"),
            ("GET /v1/stream?limit=0", "ada"), ("PUT /v1/stream", "ada"),
        ] {
            let asked = request(what, "Authorization: Bearer \(token)", "Origin: https://chat.example")
            let answer = try FrontDesk().send(asked)
            for field in allowed { #expect(answer.contains("\r\n\(field)\r\n"), "\(what) of \(token): \(field)") }
            let other = try FrontDesk().send(asked.replacing("https://chat.example", with: "https://evil.test"))
            #expect(!other.contains("access-control"), "\(what) of \(token)")
        }
        let stream = try FrontDesk().send(
            request(
                "GET /v1/stream", "Authorization: Bearer ada", "Accept: text/event-stream",
                "Origin: https://chat.example"))
        #expect(stream.hasPrefix("HTTP/1.1 200 OK\r\naccess-control-allow-origin: https://chat.example\r\n"))
        let desk = try FrontDesk()
        try desk.send(
            request("POST /v1/commands", "Authorization: Bearer ada", "Origin: https://chat.example", body: command))
        desk.reply()
        #expect(try desk.answers().contains("access-control-allow-origin: https://chat.example"))
    }

    @Test func `one page's fields are not in the answer to the next request`() throws {
        let desk = try FrontDesk()
        let shared = request("GET /v1/stream", "Authorization: Bearer ada", "Origin: https://chat.example")
        #expect(try desk.send(shared).contains("access-control"))
        #expect(try !desk.send(request("GET /v1/stream", "Authorization: Bearer ada")).contains("access-control"))
    }

    @Test(arguments: ["/v1/stream", "/v1/commands"])
    func `a browser that asks whether a page may is told so`(path: String) throws {
        let desk = try FrontDesk()
        let asks = "Access-Control-Request-Method: POST"
        let yes = try desk.send(request("OPTIONS \(path)", "Origin: https://chat.example", asks))
        #expect(yes.hasPrefix("HTTP/1.1 204 "))
        #expect(yes.contains("access-control-allow-methods: GET, HEAD, POST"))
        #expect(yes.contains("access-control-allow-headers: Authorization, Content-Type"))
        #expect(yes.contains("access-control-max-age: 7200"))
        let no = try desk.send(request("OPTIONS \(path)", "Origin: https://evil.test", asks))
        #expect(no.hasPrefix("HTTP/1.1 403 ") && !no.contains("access-control"))
        #expect(try desk.send(request("OPTIONS \(path)", "Origin: https://chat.example")).hasPrefix("HTTP/1.1 405 "))
    }

    @Test(arguments: [
        ("https://chat.example", true), ("http://localhost:3000", true), ("https://[::1]:8", true),
        ("chat.example", false),
        ("https://chat.example/", false), ("ftp://chat.example", false), ("https://", false), ("*", false),
    ])
    func `an origin is a scheme, a host and perhaps a port`(text: String, isOne: Bool) {
        #expect(AllowedOrigins.isOrigin(text) == isOne)
    }

    @Test(arguments: [TransportEnd.webSocket, .sse, .longPoll])
    func `a stream is told that its credentials have ended`(end: TransportEnd) throws {
        let desk = try FrontDesk()
        switch end {
        case .webSocket: try desk.send(handshake("Authorization: Bearer ada"))
        case .sse: try desk.send(desk.get("/v1/stream", "Accept: text/event-stream\r\n"))
        case .longPoll: #expect(try desk.send(desk.get("/v1/stream?wait=25")) == "")
        }
        desk.hub.end(.opened(by: UserKey(1), with: "s_ada"))
        let said = try desk.answers()
        #expect(said.contains(end == .longPoll ? "HTTP/1.1 401 " : #""code":"unauthorized","reconnect":false"#))
    }

    enum TransportEnd { case webSocket, sse, longPoll }
}
