import ApusCore
package import ApusWire
import NIOCore
import NIOHTTP1

/// Answers of the front, as the bytes that go on the wire.
struct HTTPAnswer {
    /// The Date field of each.
    let date: String

    func json(
        status: HTTPResponseStatus = .ok, _ body: [UInt8], type: String = "application/json", keepAlive: Bool,
        isHead: Bool = false, extra: String = ""
    ) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(body.count + 256)
        buffer.writeString("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\ndate: ")
        buffer.writeString(date)
        buffer.writeString("\r\ncontent-type: \(type)\r\n")
        buffer.writeStaticString(
            "cache-control: no-store, no-transform\r\nx-content-type-options: nosniff\r\ncontent-length: ")
        buffer.writeString("\(body.count)\r\n\(extra)\(keepAlive ? "" : "connection: close\r\n")\r\n")
        if !isHead { buffer.writeBytes(body) }
        return buffer
    }

    /// The head of a stream or a poll, without a length: nobody knows it before it is asked.
    func bare(type: String, keepAlive: Bool) -> ByteBuffer {
        ByteBuffer(
            string: "HTTP/1.1 200 OK\r\ndate: \(date)\r\ncontent-type: \(type)\r\n"
                + "cache-control: no-store, no-transform\r\nx-content-type-options: nosniff\r\n"
                + "\(keepAlive ? "" : "connection: close\r\n")\r\n")
    }

    func problem(
        _ problem: Problem, keepAlive: Bool, isHead: Bool = false, extra: String = ""
    ) -> ByteBuffer {
        var writer = JSONWriter(capacity: 256)
        problem.encode(into: &writer)
        return json(
            status: HTTPResponseStatus(statusCode: problem.code.status), writer.bytes,
            type: "application/problem+json", keepAlive: keepAlive, isHead: isHead,
            extra: problem.fields.map { "\($0.name): \($0.value)\r\n" }.joined() + extra)
    }

    /// A cursor that cannot be continued, over HTTP: 410 with the new position.
    func reset(_ reset: Reset, keepAlive: Bool) -> ByteBuffer {
        let problem = Problem(
            .reset, "The cursor cannot be continued (\(reset.reason.rawValue)); take a snapshot with GET /v1/sync.")
        var writer = JSONWriter(capacity: 320)
        writer.object {
            problem.encodeMembers(into: &$0)
            $0.member("reason", reset.reason.rawValue)
            $0.member("cursor", reset.cursor.description)
            $0.member("spread_ms", reset.spreadMilliseconds)
        }
        return json(status: .gone, writer.bytes, type: "application/problem+json", keepAlive: keepAlive)
    }

    func preflight(keepAlive: Bool) -> ByteBuffer {
        let fields = AllowedOrigins.preflightFields.map { "\($0.name): \($0.value)\r\n" }.joined()
        return ByteBuffer(
            string:
                "HTTP/1.1 204 No Content\r\ndate: \(date)\r\n\(fields)\(keepAlive ? "" : "connection: close\r\n")\r\n")
    }

    func eventStreamHead(isChunked: Bool) -> ByteBuffer {
        ByteBuffer(
            string:
                "HTTP/1.1 200 OK\r\ndate: \(date)\r\ncontent-type: text/event-stream\r\ncache-control: no-store, no-transform\r\n"
                + "x-accel-buffering: no\r\nx-content-type-options: nosniff\r\n"
                + (isChunked ? "transfer-encoding: chunked\r\n\r\n" : "connection: close\r\n\r\n"))
    }

}

extension ByteBuffer {
    /// An answer with more header fields, put behind its first line: answers are made once for many who read them, and
    /// these fields are for one.
    func with(fields: String?) -> ByteBuffer {
        guard let fields, let end = readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else { return self }
        var answer = ByteBuffer()
        answer.reserveCapacity(readableBytes + fields.utf8.count)
        answer.writeBytes(readableBytesView[...end])
        answer.writeString(fields)
        answer.writeBytes(readableBytesView[(end + 1)...])
        return answer
    }
}

extension Problem {
    /// The header fields that go with it (RFC 9110, sections 10.2.3 and 15.5.2).
    package var fields: [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        if let wait = retryAfterMilliseconds { fields.append(("retry-after", String((wait + 999) / 1000))) }
        // RFC 6455 section 4.4, RFC 9110 section 15.5.22.
        if code == .upgradeRequired {
            fields += [("sec-websocket-version", "13"), ("upgrade", "websocket"), ("connection", "upgrade")]
        }
        if code.status == 401 { fields.append(("www-authenticate", "Bearer")) }
        return fields
    }

    /// What is wrong with bytes that the HTTP decoder refused; nil for errors of the network.
    init?(reading error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow:
            self.init(.headersTooLarge, "The header fields of a request have at most 16 KiB together.")
        case let error as HTTPParserError:
            self.init(.badRequest, "The request is not HTTP/1.1 as RFC 9112 has it (\(error)).")
        default: return nil
        }
    }
}
