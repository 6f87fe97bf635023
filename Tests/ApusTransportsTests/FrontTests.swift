import ApusCore
import ApusWire
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import ApusTransports

struct FrontTests {
    private func statuses(_ text: String) -> [String] {
        text.split(separator: "HTTP/1.1 ").map { String($0.prefix(3)) }.filter { Int($0) != nil }
    }

    @Test func `requests sent ahead are answered in order, one after the other`() throws {
        let desk = try FrontDesk()
        let one = desk.post(#"{"id":"one","op":"x"}"#)
        let two = desk.get("/v1/stream?wait=0")
        let three = desk.post(#"{"id":"three","op":"x"}"#)
        #expect(try desk.send(one + two + three) == "")
        #expect(desk.backend.submitted.withLock(\.count) == 1)
        desk.reply()
        let first = try desk.answers()
        #expect(statuses(first) == ["200", "200"])
        #expect(first.contains(#"{"id":"one","ok":{"done":true}}HTTP/1.1 200"#))
        #expect(first.contains(#""cursor":"e1-0""#))
        desk.reply()
        #expect(try desk.answers().hasSuffix(#"{"id":"three","ok":{"done":true}}"#))
        #expect(desk.channel.isActive)
    }

    @Test func `a single command's failure is the response's status, an array's is in the array`() throws {
        let desk = try FrontDesk()
        let failure = Reply(id: "a", result: .failure(Problem(.notAMember, "No.")))
        try desk.send(desk.post(#"{"id":"a","op":"x"}"#))
        desk.reply([failure])
        #expect(try desk.answers().hasPrefix("HTTP/1.1 403 "))
        try desk.send(desk.post(#"[{"id":"a","op":"x"}]"#))
        desk.reply([failure])
        let text = try desk.answers()
        #expect(text.hasPrefix("HTTP/1.1 200 ") && text.contains(#"[{"id":"a","error":{"#))
    }

    @Test func `who sends too much is told how much is allowed`() throws {
        let desk = try FrontDesk()
        let problem = Problem(.rateLimited, "Slowly.", retryAfterMilliseconds: 1001)
        try desk.send(desk.post(#"{"id":"a","op":"x"}"#))
        desk.reply([Reply(id: "a", result: .failure(problem))])
        let answer = try desk.answers()
        #expect(answer.contains("\r\nretry-after: 2\r\n"))
        // Fifty at 20 a second grow back in two and a half seconds.
        #expect(answer.contains("\r\nratelimit-policy: \"commands\";q=50;w=3\r\n"))
        #expect(answer.contains("\r\nratelimit: \"commands\";r=0;t=2\r\n"))
        #expect(CommandAllowance(perSecond: 0, burst: 50) == nil, "no limit is told of where there is none")
    }

    @Test func `an id may come as Idempotency-Key, but not another one as well`() throws {
        let desk = try FrontDesk()
        let key = "Idempotency-Key: k1\r\n"
        try desk.send(desk.post(#"{"op":"x"}"#, headers: key))
        #expect(desk.backend.submitted.withLock { $0.first?.items.first.flatMap { try? $0.command.get().id } } == "k1")
        desk.reply()
        _ = try desk.answers()
        #expect(try desk.send(desk.post(#"{"op":"x","id":"k2"}"#, headers: key)).hasPrefix("HTTP/1.1 400 "))
    }

    @Test(arguments: [
        ("POST /v1/commands HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", "415"),
        (
            "POST /v1/commands HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n{",
            "400"
        ),
        ("GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n", "401"),
        ("GET /v1/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer eve\r\n\r\n", "401"),
        ("GET /v1/stream?limit=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n\r\n", "400"),
        ("GET /v1/stream?cursor=e9-1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n\r\n", "410"),
        ("HEAD /v1/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n\r\n", "200"),
        ("POST /v1/stream HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", "415"),
    ])
    func `what cannot be served is refused, and the connection stays`(request: String, status: String) throws {
        let desk = try FrontDesk()
        #expect(statuses(try desk.send(request)) == [status])
        #expect(desk.channel.isActive)
        #expect(statuses(try desk.send(desk.get("/v1/stream"))) == ["200"])
        #expect(TransportKind.allCases.allSatisfy { desk.hub.instruments.readers($0).current == 0 })
    }

    @Test(arguments: [("/v1/commands", "GET", "POST"), ("/v1/stream", "DELETE", "GET, HEAD, POST")])
    func `a method that does not work names those that do`(path: String, method: String, allowed: String) throws {
        let desk = try FrontDesk()
        let text = try desk.send(desk.get(path, method: method))
        #expect(text.hasPrefix("HTTP/1.1 405 ") && text.contains("\r\nallow: \(allowed)\r\n"))
    }

    @Test func `a body past its limit is refused, and the connection ends`() throws {
        for (path, limit) in [("/v1/commands", 1024 * 1024), ("/v1/stream", 128 * 1024)] {
            let desk = try FrontDesk()
            let text = try desk.send(desk.post(String(repeating: " ", count: limit + 1), path))
            #expect(statuses(text) == ["413"])
            #expect(text.contains("\r\nconnection: close\r\n"))
            #expect(!desk.channel.isActive)
            let whole = try FrontDesk()
            #expect(statuses(try whole.send(whole.post(String(repeating: " ", count: limit), path))) == ["400"])
        }
    }

    @Test func `what is not HTTP is a bad request, and too much header is said so`() throws {
        let desk = try FrontDesk()
        let answer = try desk.send("HELLO\r\n\r\n")
        #expect(statuses(answer) == ["400"], "\(answer)")
        #expect(!desk.channel.isActive)
        let large = try FrontDesk()
        let header = "X-Long: \(String(repeating: "x", count: 17_000))\r\n"
        #expect(statuses(try large.send(large.get("/v1/stream", header))) == ["431"])
        let many = try FrontDesk()
        let headers = (0..<120).map { "X-\($0): 1\r\n" }.joined()
        #expect(statuses(try many.send(many.get("/v1/stream", headers))) == ["431"])
    }

    @Test func `a connection that asks nothing is closed in time, one that asks slowly is told`() throws {
        let silent = try FrontDesk()
        #expect(try silent.advance(.seconds(14)) == "" && silent.channel.isActive)
        #expect(try silent.advance(.seconds(2)) == "" && !silent.channel.isActive)
        let slow = try FrontDesk()
        try slow.send(String(slow.post("{         ").dropLast()))
        #expect(statuses(try slow.advance(.seconds(16))) == ["408"])
        #expect(!slow.channel.isActive)
    }

    @Test func `between requests there is more time, and while one is answered it does not run`() throws {
        let desk = try FrontDesk()
        try desk.send(desk.get("/v1/stream?wait=55"))
        #expect(statuses(try desk.advance(.seconds(54))) == [])
        #expect(statuses(try desk.advance(.milliseconds(1100))) == ["200"])
        _ = try desk.advance(.seconds(74))
        #expect(desk.channel.isActive)
        _ = try desk.advance(.seconds(2))
        #expect(!desk.channel.isActive)
    }

    @Test func `a client that wants the connection closed has it closed`() throws {
        let desk = try FrontDesk()
        let text = try desk.send(desk.get("/v1/stream", "Connection: close\r\n"))
        #expect(text.contains("\r\nconnection: close\r\n"))
        #expect(!desk.channel.isActive)
    }

    @Test func `a poll whose client goes away closes its reader`() throws {
        let desk = try FrontDesk()
        try desk.send(desk.get("/v1/stream?wait=25"))
        #expect(desk.hub.instruments.readers(.longPoll).current == 1)
        desk.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        desk.loop.run()
        #expect(desk.hub.instruments.readers(.longPoll).current == 0)
        #expect(!desk.channel.isActive)
        #expect(desk.hub.instruments.connections.current == 0)
    }

    @Test func `commands whose client goes away answer nobody`() throws {
        let desk = try FrontDesk()
        try desk.send(desk.post(#"{"id":"a","op":"x"}"#))
        _ = try? desk.channel.finish()  // what is left in it is not of interest
        desk.reply()
        #expect(try desk.answers() == "")
    }

    @Test func `an event stream begins with hello, ticks, and ends with the client`() throws {
        let desk = try FrontDesk()
        let text = try desk.send(desk.get("/v1/stream", "Accept: text/event-stream\r\n"))
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\ndate: ") && text.contains("\r\ncontent-type: text/event-stream\r\n"))
        #expect(text.contains("event: hello\nid: e1-0\n"))
        #expect(try desk.advance(.milliseconds(600)).contains("event: batch\nid: e1-0\n"))
        #expect(desk.hub.instruments.readers(.sse).current == 1)
        _ = try? desk.channel.finish()  // what is left in it is not of interest
        #expect(desk.hub.instruments.readers(.sse).current == 0)
    }

    @Test func `a handshake is answered 101 with hello, and what came with it is read`() throws {
        let desk = try FrontDesk()
        let headers =
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        var bytes = ByteBuffer(string: desk.get("/v1/stream", headers))
        bytes.writeBytes(WebSocketDecoderTests.frame(1, Array(#"{"probe":"n1"}"#.utf8)))
        try desk.channel.writeInbound(bytes)
        let text = try desk.answers()
        #expect(text.hasPrefix("HTTP/1.1 101 "))
        #expect(text.contains(#"{"hello":{"epoch":"e1","#))
        #expect(text.contains(#"{"probe":"n1"}"#))
        #expect(desk.hub.instruments.readers(.webSocket).current == 1)
        try desk.channel.writeInbound(ByteBuffer(bytes: WebSocketDecoderTests.frame(8, [3, 232])))
        _ = try desk.answers()
        #expect(desk.hub.instruments.readers(.webSocket).current == 0)
    }

    @Test func `an upgrade to what is not spoken here is ignored, as Java's client asks for it with everything`() throws
    {
        let upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n"
        let desk = try FrontDesk()
        let poll = try desk.send(desk.get("/v1/stream", upgrade))
        #expect(statuses(poll) == ["200"] && poll.contains(#""cursor":"e1-0""#))
        let other = try FrontDesk()
        try other.send(other.post(#"{"id":"a","op":"x"}"#, headers: upgrade))
        other.reply()
        #expect(try other.answers().contains(#"{"id":"a","ok":{"done":true}}"#))
    }

    @Test func `an answer with which the connection ends says so`() throws {
        func says(_ text: String) -> Bool { text.contains("\r\nconnection: close\r\n") }
        for headers in ["Connection: close\r\n", "Upgrade: h2c\r\n"] {
            let desk = try FrontDesk()
            #expect(says(try desk.send(desk.get("/v1/stream", headers))) && !desk.channel.isActive)
        }
        let desk = try FrontDesk()
        #expect(!says(try desk.send(desk.get("/v1/stream"))) && desk.channel.isActive)
        try desk.send(desk.post(#"{"id":"a","op":"x"}"#))
        desk.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        desk.reply()
        let text = try desk.answers()
        #expect(says(text) && text.hasPrefix("HTTP/1.1 200 ") && !desk.channel.isActive)
    }

    @Test func `every answer says when it was made`() throws {
        let desk = try FrontDesk()
        let date = "\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
        let preflight = "Origin: https://chat.example\r\nAccess-Control-Request-Method: POST\r\n"
        for request in [
            desk.get("/v1/stream"), desk.get("/v1/stream", method: "HEAD"), desk.get("/v1/stream", method: "PUT"),
            desk.get("/v1/stream?cursor=e9-1"), desk.get("/v1/stream", preflight, method: "OPTIONS"),
            desk.get("/v1/stream", "Accept: text/event-stream\r\n"),
        ] {
            let text = try desk.send(request)
            #expect(text.contains(date), "\(request): \(text)")
        }
    }

    @Test(arguments: ["", "Sec-WebSocket-Version: 8\r\n"])
    func `a handshake of another version is told which one is spoken`(version: String) throws {
        let desk = try FrontDesk()
        let text = try desk.send(
            desk.get(
                "/v1/stream",
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\(version)"
            ))
        #expect(statuses(text) == ["426"] && text.contains(#""code":"upgrade_required""#))
        #expect(text.contains("\r\nsec-websocket-version: 13\r\nupgrade: websocket\r\nconnection: upgrade"))
    }

    @Test(arguments: ["", "Accept: text/event-stream\r\n"])
    func `HEAD of a stream names no length, for nobody knows it`(accept: String) throws {
        let desk = try FrontDesk()
        let text = try desk.send(desk.get("/v1/stream", accept, method: "HEAD"))
        #expect(statuses(text) == ["200"] && !text.contains("content-length") && text.hasSuffix("\r\n\r\n"))
        #expect(statuses(try desk.send(desk.get("/v1/stream"))) == ["200"])
    }
}
