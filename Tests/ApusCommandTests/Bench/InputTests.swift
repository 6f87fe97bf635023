import ApusClient
import NIOCore
import Testing

struct WebSocketInputTests {
    private static let head =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nconnection: upgrade\r\n"
        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

    private static func frame(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
        switch payload.count {
        case ..<126: [first, UInt8(payload.count)] + payload
        case ..<65536: [first, 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)] + payload
        default: [first, 127] + (0..<8).reversed().map { UInt8(payload.count >> ($0 * 8) & 255) } + payload
        }
    }

    /// What the elements say, however the bytes are cut.
    private func read(_ bytes: [UInt8], pieces: Int) throws -> [String] {
        var input = WebSocketInput(acceptedKey: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        var said: [String] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            var piece = ByteBuffer(bytes: rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
            input.append(&piece)
            while let element = try input.next() { said.append(Self.words(element)) }
        }
        return said
    }

    private static func words(_ element: WebSocketInput.Element) -> String {
        switch element {
        case .opened: "opened"
        case .answer(let answer): "\(answer.status) \(String(buffer: answer.body))"
        case .text(let text): text.readableBytes < 100 ? String(buffer: text) : "\(text.readableBytes) bytes"
        case .ping(let payload): "ping \(String(buffer: payload))"
        case .close(let code, let reason): "close \(code) \(reason)"
        }
    }

    @Test(arguments: [1, 2, 7, 1 << 20])
    func `a handshake and frames are read in whatever pieces they come`(_ pieces: Int) throws {
        var bytes = Array(Self.head.utf8)
        bytes += Self.frame(0x81, Array("short".utf8)) + Self.frame(0x89, Array("p".utf8)) + Self.frame(0x8A, [])
        bytes +=
            Self.frame(0x81, [UInt8](repeating: 97, count: 126))
            + Self.frame(0x81, [UInt8](repeating: 97, count: 65536))
        bytes += Self.frame(0x01, Array("in ".utf8)) + Self.frame(0x89, []) + Self.frame(0x80, Array("parts".utf8))
        bytes += Self.frame(0x88, [0x11, 0x4D] + Array("too much".utf8))
        #expect(
            try read(bytes, pieces: pieces) == [
                "opened", "short", "ping p", "126 bytes", "65536 bytes", "ping ", "in parts", "close 4429 too much",
            ])
    }

    @Test func `a close frame without a code is one`() throws {
        #expect(try read(Array(Self.head.utf8) + Self.frame(0x88, []), pieces: 1000) == ["opened", "close 1005 "])
    }

    @Test(arguments: [1, 1000])
    func `an answer that is no 101 comes with its body`(_ pieces: Int) throws {
        let answer =
            "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/problem+json\r\nContent-Length: 2\r\n\r\n{}"
        #expect(try read(Array(answer.utf8), pieces: pieces) == ["401 {}"])
    }

    @Test(arguments: [
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nsec-websocket-accept: other\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
        "SSH-2.0-OpenSSH\r\n\r\n",
        String(repeating: "x", count: 20_000),
    ])
    func `what answers otherwise is refused`(_ answer: String) {
        #expect(throws: WebSocketInput.Violation.self) { try read(Array(answer.utf8), pieces: 1 << 20) }
    }

    @Test(arguments: [
        [0x81, 0x80, 1, 2, 3, 4], [0xC1, 0], [0x83, 0], [0x80, 0], [0x01, 0, 0x81, 0],
        [0x81, 127, 1, 0, 0, 0, 0, 0, 0, 0],
    ])
    func `frames that break RFC 6455 are refused`(_ frame: [UInt8]) {
        #expect(throws: WebSocketInput.Violation.self) { try read(Array(Self.head.utf8) + frame, pieces: 1 << 20) }
    }

    @Test(arguments: [0, 1, 125, 126, 65535, 65536])
    func `a written frame is whole and masked`(_ size: Int) {
        let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        var buffer = ByteBuffer()
        payload.withUnsafeBytes { buffer.writeMaskedFrame(opcode: 1, $0) }
        let first = buffer.readInteger(as: UInt8.self)
        let length = buffer.readInteger(as: UInt8.self) ?? 0
        #expect(first == 0x81 && length & 0x80 != 0)
        let said: Int? =
            switch length & 0x7F {
            case 126: buffer.readInteger(as: UInt16.self).map(Int.init)
            case 127: buffer.readInteger(as: UInt64.self).map(Int.init)
            default: Int(length & 0x7F)
            }
        // The shortest of the three forms, as RFC 6455 demands.
        #expect(said == size && (length & 0x7F < 126) == (size < 126) && (length & 0x7F == 127) == (size > 65535))
        let mask = buffer.readBytes(length: 4) ?? []
        let bytes = buffer.readBytes(length: buffer.readableBytes) ?? []
        #expect(mask.count == 4)
        #expect(bytes.enumerated().map { $0.element ^ mask[$0.offset & 3] } == payload)
    }
}

struct EventStreamInputTests {
    private func read(_ text: String, pieces: Int) -> [String] {
        var input = EventStreamInput()
        var said: [String] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            var piece = ByteBuffer(bytes: rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
            input.append(&piece)
            while let event = input.next() { said.append("\(event.name)|\(String(buffer: event.data))") }
        }
        return said
    }

    @Test(arguments: [1, 3, 10_000])
    func `events are read in whatever pieces they come`(_ pieces: Int) {
        let text =
            ": padding\n\nevent: hello\nid: e-1\ndata: {\"a\": 1}\n\nretry: 5\nevent:bye\ndata:{}\n\n"
            + "data: one\ndata: two\n\nevent: nothing\n\nevent: batch\r\ndata: {}\r\n\r\nevent: cut\ndata: of"
        #expect(read(text, pieces: pieces) == ["hello|{\"a\": 1}", "bye|{}", "message|one\ntwo", "batch|{}"])
    }
}
