import ApusCore
import ApusWire
import NIOCore
import Testing

@testable import ApusTransports

struct TextTests {
    private static let answers = HTTPAnswer(date: "Sun, 06 Nov 1994 08:49:37 GMT")

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `an event stream begins with 2 KiB of comment and hello`() {
        let hello = Hello(
            epoch: "e1", seq: 5, connection: "c", user: Hello.User(id: "u", name: "n", displayName: "d"),
            heartbeatMilliseconds: 20_000, limits: [:], server: "apus")
        let lines = text(EventStream.opening(hello)).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0].hasPrefix(":") && lines[0].utf8.count >= 2048)
        #expect(lines[1] == "")
        #expect(lines[2] == "event: hello" && lines[3] == "id: e1-5")
        #expect(lines[4].hasPrefix(#"data: {"epoch":"e1","seq":5,"#))
        #expect(lines.suffix(2) == ["", ""])
    }

    @Test func `a batch is one event whose id is the cursor after it`() {
        let batch = EncodedBatch(from: 3, to: 9, events: [Array(#"{"seq":4,"text":"a\nb"}"#.utf8)])
        #expect(
            text(EventStream.batch(OutgoingBatch(batch, epoch: "e1")))
                == "event: batch\nid: e1-9\ndata: {\"from\":3,\"to\":9,\"events\":[{\"seq\":4,\"text\":\"a\\nb\"}]}\n\n"
        )
    }

    @Test func `a reset's id is the new position`() {
        let reset = Reset(reason: .tooOld, cursor: Cursor(epoch: "e2", seq: 7), spreadMilliseconds: 100)
        #expect(
            text(EventStream.reset(reset))
                == "event: reset\nid: e2-7\ndata: {\"reason\":\"too_old\",\"cursor\":\"e2-7\",\"spread_ms\":100}\n\n")
    }

    @Test func `goodbye tells a plain client when to come again`() throws {
        for _ in 0..<20 {
            let lines = text(EventStream.bye(Bye(.draining, spreadMilliseconds: 50))).split(separator: "\n")
            let retry = try #require(Int(lines[0].dropFirst("retry: ".count)))
            #expect((0...50).contains(retry))
            #expect(lines[1...] == ["event: bye", #"data: {"code":"draining","reconnect":true,"spread_ms":50}"#])
        }
        #expect(text(EventStream.bye(Bye(.replaced))).hasPrefix("retry: 3600000\n"))
    }

    @Test func `a chunk says its length in hexadecimal`() {
        let body = [UInt8](repeating: 65, count: 26)
        #expect(ByteBuffer(body: body, chunked: true).readableBytesView.starts(with: Array("1a\r\n".utf8)))
        #expect(ByteBuffer(body: body, chunked: true).readableBytes == 26 + 4 + 2)
        #expect(Array(ByteBuffer(body: body, chunked: false).readableBytesView) == body)
    }

    @Test func `an answer says its length, and whether the connection ends`() {
        let answer = String(buffer: Self.answers.json(Array("{}".utf8), keepAlive: true))
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("\r\ncontent-length: 2\r\n"))
        #expect(answer.contains("\r\ncache-control: no-store, no-transform\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n{}") && !answer.contains("connection: close"))
        let head = String(buffer: Self.answers.json(Array("{}".utf8), keepAlive: false, isHead: true))
        #expect(head.contains("\r\nconnection: close\r\n") && head.hasSuffix("\r\n\r\n"))
    }

    @Test func `a problem has its own status, and says when to try again`() {
        let problem = Problem(.rateLimited, "Slowly.", retryAfterMilliseconds: 1001)
        let answer = String(buffer: Self.answers.problem(problem, keepAlive: true))
        #expect(answer.hasPrefix("HTTP/1.1 429 "))
        #expect(answer.contains("\r\ncontent-type: application/problem+json\r\n"))
        #expect(answer.contains("\r\nretry-after: 2\r\n"))
        #expect(
            String(buffer: Self.answers.problem(Problem(.unauthorized, "Who?"), keepAlive: true))
                .contains("\r\nwww-authenticate: Bearer\r\n"))
    }

    @Test func `a reset over HTTP is 410 with the new cursor`() {
        let reset = Reset(reason: .ahead, cursor: Cursor(epoch: "e2", seq: 7), spreadMilliseconds: 100)
        let answer = String(buffer: Self.answers.reset(reset, keepAlive: true))
        #expect(answer.hasPrefix("HTTP/1.1 410 "))
        #expect(answer.contains(#""code":"reset""#) && answer.contains(#""cursor":"e2-7""#))
        #expect(answer.contains(#""spread_ms":100"#))
    }

    @Test(arguments: [
        ("text/event-stream", true), ("application/json, Text/Event-Stream ; q=0.5", true), ("", false), ("*/*", false),
        ("text/event-stream;q=0", false), ("text/event-stream; charset=utf-8; q=0.0, */*", false),
        ("text/event-streams", false), ("x-text/event-stream", false),
    ])
    func `SSE is for who asks for it, with a weight above nought`(accept: String, expected: Bool) {
        #expect(EventStream.isAccepted(accept) == expected)
    }

    @Test(
        arguments: [
            (784_111_777_000, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (1_709_164_800_999, "Thu, 29 Feb 2024 00:00:00 GMT"),
        ] as [(Int64, String)])
    func `a date is written as HTTP has it`(milliseconds: Int64, expected: String) {
        #expect(DateField { Timestamp(milliseconds: milliseconds) }.value == expected)
    }

    @Test func `the date goes on with the clock`() {
        var now = Timestamp(milliseconds: 1500)
        let date = DateField { now }
        #expect(date.value == "Thu, 01 Jan 1970 00:00:01 GMT")
        now = Timestamp(milliseconds: 2000)
        #expect(date.value == "Thu, 01 Jan 1970 00:00:02 GMT")
        now = Timestamp(milliseconds: 999)
        #expect(date.value == "Thu, 01 Jan 1970 00:00:00 GMT", "set back")
    }
}
