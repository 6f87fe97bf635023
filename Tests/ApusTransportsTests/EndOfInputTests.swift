import ApusCore
import ApusWire
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import ApusTransports

/// What is still answered when nothing more can be read from a client.
struct EndOfInputTests {
    private func statuses(_ text: String) -> [String] {
        text.split(separator: "HTTP/1.1 ").map { String($0.prefix(3)) }.filter { Int($0) != nil }
    }

    private func closeInput(_ desk: FrontDesk) throws -> String {
        desk.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        return try desk.answers()
    }

    @Test func `garbage behind a command that waits does not cost it its answer`() throws {
        let desk = try FrontDesk()
        #expect(try desk.send(desk.post(#"{"id":"one","op":"x"}"#) + "NONSENSE\r\n\r\n") == "")
        #expect(desk.channel.isActive)
        desk.reply()
        let text = try desk.answers()
        #expect(statuses(text) == ["200", "400"])
        #expect(text.contains(#"{"id":"one","ok":{"done":true}}HTTP/1.1 400"#))
        #expect(!desk.channel.isActive)
    }

    @Test func `a client that closed its side gets the answers to what it sent whole, then the end`() throws {
        let desk = try FrontDesk()
        let one = desk.post(#"{"id":"one","op":"x"}"#)
        let two = desk.post(#"{"id":"two","op":"x"}"#)
        #expect(try desk.send(one + two) == "")
        #expect(try closeInput(desk) == "" && desk.channel.isActive)
        desk.reply()
        #expect(statuses(try desk.answers()) == ["200"] && desk.channel.isActive)
        desk.reply()
        #expect(statuses(try desk.answers()) == ["200"] && !desk.channel.isActive)
    }

    @Test func `half a request of a client that closed its side is a bad one`() throws {
        let desk = try FrontDesk()
        try desk.send("GET /v1/stream HTTP/1.1\r\nHost: x\r\n")
        #expect(statuses(try closeInput(desk)) == ["400"] && !desk.channel.isActive)
    }

    @Test func `a waiting poll of a client that closed its side is answered at once, with nothing`() throws {
        let desk = try FrontDesk()
        #expect(try desk.send(desk.get("/v1/stream?wait=25")) == "")
        let text = try closeInput(desk)
        #expect(statuses(text) == ["200"] && text.contains(#""from":0,"to":0"#))
        #expect(!desk.channel.isActive)
        #expect(desk.hub.instruments.readers(.longPoll).current == 0)
    }

    @Test func `a stream of a client that closed its side is ended`() throws {
        let desk = try FrontDesk()
        try desk.send(desk.get("/v1/stream", "Accept: text/event-stream\r\n"))
        #expect(desk.hub.instruments.readers(.sse).current == 1)
        #expect(try closeInput(desk) == "" && !desk.channel.isActive)
        #expect(desk.hub.instruments.readers(.sse).current == 0)
    }

    @Test func `requests sent ahead are held up to a bound, and answered up to it`() throws {
        let desk = try FrontDesk()
        let ahead = String(repeating: desk.get("/v1/stream"), count: FrontHandler.maximumHeld)
        #expect(try desk.send(desk.post(#"{"id":"one","op":"x"}"#) + ahead) == "")
        desk.reply()
        let found = statuses(try desk.answers())
        #expect(found.count == FrontHandler.maximumHeld / 2 + 2)
        #expect(found.dropLast().allSatisfy { $0 == "200" } && found.last == "400")
        #expect(!desk.channel.isActive)
    }

    @Test func `for a client that takes no answers none are made`() throws {
        let desk = try FrontDesk()
        desk.channel.isWritable = false
        desk.channel.pipeline.fireChannelWritabilityChanged()
        #expect(try desk.send(desk.get("/v1/stream") + desk.get("/v1/stream")) == "")
        desk.channel.isWritable = true
        desk.channel.pipeline.fireChannelWritabilityChanged()
        #expect(statuses(try desk.answers()) == ["200", "200"])
        #expect(statuses(try desk.send(desk.get("/v1/stream"))) == ["200"])
    }

    @Test(arguments: [
        ("", "400"), ("Host: x\r\nHost: x\r\n", "400"), ("Host: a, b\r\n", "400"), ("Host: a/b\r\n", "400"),
        ("Host: u@a\r\n", "400"), ("Host: \r\n", "401"), ("Host: [::1]:80\r\n", "401"),
        ("Host: x\r\nTransfer-Encoding: gzip, chunked\r\n", "400"),
        ("Host: x\r\nTransfer-Encoding: xchunked\r\n", "400"),
        ("Host: x\r\nContent-Length: 131073\r\n", "413"),
        ("Host: x\r\nContent-Length: 18446744073709551615\r\n", "413"),
    ])
    func `a head that two readers may understand differently is refused at once`(
        headers: String, status: String
    ) throws {
        let desk = try FrontDesk()
        #expect(statuses(try desk.send("GET /v1/stream HTTP/1.1\r\n\(headers)\r\n")) == [status])
        #expect(desk.channel.isActive == (status == "401"))
    }

    @Test(arguments: ["http://x/v1/stream?limit=1", "HTTPS://x:80/v1/stream"])
    func `an absolute target is the same as its path`(target: String) throws {
        let desk = try FrontDesk()
        #expect(statuses(try desk.send(desk.get(target))) == ["200"])
    }

    @Test(arguments: [(10, 64), (100_000, 11)])
    func `a WebSocket's unanswered commands are bounded in number and in bytes`(size: Int, expected: Int) throws {
        let desk = try FrontDesk()
        let headers =
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        try desk.send(desk.get("/v1/stream", headers))
        let text = String(repeating: "x", count: size)
        let command = Array(#"{"command":{"id":"a","op":"x","text":"\#(text)"}}"#.utf8)
        for _ in 0..<70 { try desk.channel.writeInbound(ByteBuffer(bytes: WebSocketDecoderTests.frame(1, command))) }
        func submitted() -> Int { desk.backend.submitted.withLock(\.count) }
        #expect(submitted() == expected)
        desk.reply()
        #expect(try desk.answers().contains(#"{"reply":{"id":"a""#))
        #expect(submitted() == expected, "one answered, one more taken")
        for _ in 0..<69 {
            desk.reply()
            _ = try desk.answers()
        }
        #expect(submitted() == 0)
    }
}
