import ApusCore
import ApusWire
import NIOCore

/// The text of server-sent events (WHATWG HTML, section 9.2), each frame one event, in HTTP/1.1 chunks.
enum EventStream {
    /// Some proxies hold the first bytes back until there are enough of them.
    private static let padding = [UInt8](": ".utf8) + [UInt8](repeating: UInt8(ascii: " "), count: 2046) + [10, 10]

    /// Whether an Accept field asks for it (RFC 9110 section 12.5.1); a weight of 0 refuses it.
    static func isAccepted(_ field: String) -> Bool {
        field.lowercased().split(separator: ",").contains { range in
            let parts = range.filter { $0 != " " && $0 != "\t" }.split(separator: ";")
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
            return parts.first == "text/event-stream" && weight ?? 1 > 0
        }
    }

    static func opening(_ hello: Hello) -> [UInt8] {
        padding + event("hello", id: hello.cursor, hello.encode)
    }

    static func batch(_ outgoing: OutgoingBatch) -> [UInt8] {
        var writer = JSONWriter(capacity: outgoing.batch.estimatedSize)
        outgoing.batch.encode(into: &writer)
        return event("batch", id: Cursor(epoch: outgoing.epoch, seq: outgoing.batch.to), content: writer.bytes)
    }

    static func reset(_ reset: Reset) -> [UInt8] { event("reset", id: reset.cursor, reset.encode) }

    /// A plain `EventSource` waits for `retry`, so it gets its share of the spread; one that is not to come back is
    /// told to wait for long.
    static func bye(_ bye: Bye) -> [UInt8] {
        let retry = bye.reconnect ? Int64.random(in: 0...max(bye.spreadMilliseconds, 1)) : 3_600_000
        return [UInt8]("retry: \(retry)\n".utf8) + event("bye", id: nil, bye.encode)
    }

    private static func event(_ name: String, id: Cursor?, _ content: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        content(&writer)
        return event(name, id: id, content: writer.bytes)
    }

    private static func event(_ name: String, id: Cursor?, content: [UInt8]) -> [UInt8] {
        var bytes = [UInt8]("event: \(name)\n".utf8)
        bytes.reserveCapacity(content.count + 96)
        if let id { bytes += "id: \(id)\n".utf8 }
        bytes += "data: ".utf8
        bytes += content
        bytes += "\n\n".utf8
        return bytes
    }
}

extension ByteBuffer {
    /// One chunk (RFC 9112 section 7.1); without chunking for HTTP/1.0, where the end of the connection is the end.
    init(body: [UInt8], chunked: Bool) {
        self.init()
        reserveCapacity(body.count + 16)
        if chunked { writeString("\(String(body.count, radix: 16))\r\n") }
        writeBytes(body)
        if chunked { writeString("\r\n") }
    }
}
