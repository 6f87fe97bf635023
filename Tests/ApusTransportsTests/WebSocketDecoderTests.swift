import ApusWire
import NIOCore
import Testing

@testable import ApusTransports

struct WebSocketDecoderTests {
    /// A client's frame, masked.
    static func frame(
        _ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
    ) -> [UInt8] {
        var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
        switch payload.count {
        case ..<126: bytes.append(0x80 | UInt8(payload.count))
        case ..<65536: bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default: bytes += [0x80 | 127] + (0..<8).map { UInt8(payload.count >> (56 - 8 * $0) & 255) }
        }
        return bytes + mask + payload.enumerated().map { $0.element ^ mask[$0.offset % 4] }
    }

    private func messages(_ bytes: [UInt8], maximum: Int = 131_072, pieces: Int = .max) -> [WebSocketDecoder.Message] {
        var decoder = WebSocketDecoder(maximumSize: maximum)
        var found: [WebSocketDecoder.Message] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            var piece = ByteBuffer(bytes: rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
            decoder.append(&piece)
            while let message = decoder.next() { found.append(message) }
        }
        return found
    }

    private func text(_ text: String) -> WebSocketDecoder.Message { .text(ByteBuffer(string: text)) }

    @Test(arguments: [Int.max, 1, 2, 3, 7])
    func `the RFC's masked hello is read, in whatever pieces it comes`(pieces: Int) {
        let hello: [UInt8] = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
        #expect(messages(hello + hello, pieces: pieces) == [text("Hello"), text("Hello")])
    }

    @Test(arguments: [Int.max, 1, 5])
    func `fragments are put together, and control frames between them come at once`(pieces: Int) {
        let bytes =
            Self.frame(1, Array("Hel".utf8), isFinal: false) + Self.frame(9, Array("Hello".utf8))
            + Self.frame(0, Array("l".utf8), isFinal: false) + Self.frame(10, []) + Self.frame(0, Array("o".utf8))
            + Self.frame(2, [1, 2], isFinal: false) + Self.frame(0, [])
        #expect(
            messages(bytes, pieces: pieces) == [
                .ping(ByteBuffer(string: "Hello")), .pong, text("Hello"), .binary(ByteBuffer(bytes: [1, 2])),
            ])
    }

    @Test(arguments: [0, 1, 7, 8, 9, 125, 126, 127, 65535, 65536, 131_072])
    func `a message of any length up to the limit is unmasked as it was`(length: Int) {
        let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for mask in [[0, 0, 0, 0], [1, 2, 3, 4], [255, 0, 170, 85]] as [[UInt8]] {
            #expect(messages(Self.frame(2, payload, mask: mask)) == [.binary(ByteBuffer(bytes: payload))])
        }
    }

    struct Violation: Sendable {
        let name: String
        let bytes: [UInt8]
        let code: CloseCode
    }

    @Test(arguments: [
        Violation(name: "a reserved bit", bytes: [0xC1, 0x80, 0, 0, 0, 0], code: .protocolError),
        Violation(name: "an opcode of nobody", bytes: [0x83, 0x80, 0, 0, 0, 0], code: .protocolError),
        Violation(name: "a control opcode of nobody", bytes: [0x8B, 0x80, 0, 0, 0, 0], code: .protocolError),
        Violation(name: "no mask", bytes: [0x81, 0x05, 72, 101, 108, 108, 111], code: .protocolError),
        Violation(name: "a ping in pieces", bytes: frame(9, [], isFinal: false), code: .protocolError),
        Violation(name: "a ping too long", bytes: frame(9, [UInt8](repeating: 0, count: 126)), code: .protocolError),
        Violation(name: "125 bytes in 16 bits", bytes: [0x81, 0xFE, 0, 125, 0, 0, 0, 0], code: .protocolError),
        Violation(
            name: "65,535 bytes in 64 bits", bytes: [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0],
            code: .protocolError),
        Violation(name: "nothing to continue", bytes: frame(0, []), code: .protocolError),
        Violation(
            name: "a message in a message", bytes: frame(1, [], isFinal: false) + frame(1, []), code: .protocolError),
        Violation(name: "one byte too many", bytes: frame(2, [UInt8](repeating: 0, count: 1001)), code: .messageTooBig),
        Violation(
            name: "one byte too many together",
            bytes: frame(2, [UInt8](repeating: 0, count: 1000), isFinal: false) + frame(0, [0]), code: .messageTooBig),
        Violation(
            name: "the greatest length", bytes: [0x82, 0xFF] + [UInt8](repeating: 255, count: 8), code: .messageTooBig),
        Violation(name: "a close of one byte", bytes: frame(8, [3]), code: .protocolError),
        Violation(name: "a close that is no text", bytes: frame(8, [3, 232, 0xFF]), code: .invalidUTF8),
    ])
    func `what breaks the protocol ends it with its code, and nothing after it is read`(_ one: Violation) {
        let found = messages(one.bytes + Self.frame(1, [65]), maximum: 1000)
        guard case .violation(let code, _) = found.first else {
            Issue.record("\(one.name): \(found)")
            return
        }
        #expect(code == one.code, "\(one.name)")
        #expect(found.count == 1, "\(one.name)")
    }

    @Test(arguments: [
        (0, false), (999, false), (1000, true), (1003, true), (1004, false), (1005, false), (1006, false),
        (1011, true), (1014, true), (1015, false), (1016, false), (2999, false), (3000, true), (4999, true),
        (5000, false),
    ])
    func `a close has a code that may be sent`(code: UInt16, isGood: Bool) {
        let found = messages(Self.frame(8, [UInt8(code >> 8), UInt8(code & 255)] + Array("bye".utf8)))
        #expect((found == [.close(code)]) == isGood)
        #expect(messages(Self.frame(8, [])) == [.close(nil)])
    }

    @Test func `a client whose frames never end with a read does not make the memory grow`() {
        var decoder = WebSocketDecoder()
        let frame = Self.frame(2, [UInt8](repeating: 7, count: 1000))
        var stream = ByteBuffer(bytes: frame.prefix(500))
        decoder.append(&stream)
        for _ in 0..<2000 {
            var piece = ByteBuffer(bytes: frame.dropFirst(500) + frame.prefix(500))
            decoder.append(&piece)
            #expect(decoder.next() != nil)
            #expect(decoder.next() == nil)
        }
        #expect(decoder.input.storageCapacity <= 65536)
    }

    @Test(
        arguments: [
            (5, [0x81, 5]), (125, [0x81, 125]), (126, [0x81, 126, 0, 126]), (65535, [0x81, 126, 255, 255]),
            (65536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] as [(Int, [UInt8])])
    func `a server's frame is whole and unmasked`(length: Int, head: [UInt8]) {
        let payload = [UInt8](repeating: 65, count: length)
        #expect(Array(ByteBuffer.webSocketText(payload).readableBytesView) == head + payload)
    }

    @Test func `a close frame's reason is cut to what a control frame holds`() {
        let bytes = Array(ByteBuffer.webSocketClose(.reset, String(repeating: "é", count: 200)).readableBytesView)
        #expect(bytes[0] == 0x88 && bytes[1] <= 125 && bytes.count == Int(bytes[1]) + 2)
        #expect(Array(bytes[2..<4]) == [17, 57])
        #expect(String(validating: bytes[4...], as: UTF8.self) != nil)
    }
}
