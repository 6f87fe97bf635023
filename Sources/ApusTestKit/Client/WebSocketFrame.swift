import NIOCore

/// One frame of RFC 6455 section 5.2, in either direction.
package struct WebSocketFrame: Sendable, Equatable {
    package enum Opcode: UInt8, Sendable {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10

        var isControl: Bool { rawValue >= 8 }
    }

    package var opcode: Opcode
    package var isFinal: Bool
    package var payload: [UInt8]

    package init(_ opcode: Opcode, _ payload: some Sequence<UInt8> = [], isFinal: Bool = true) {
        self.opcode = opcode
        self.isFinal = isFinal
        self.payload = Array(payload)
    }

    /// A close frame; without a code its payload is empty.
    package static func close(_ code: UInt16?, reason: String = "") -> WebSocketFrame {
        WebSocketFrame(.close, code.map { [UInt8($0 >> 8), UInt8($0 & 0xFF)] + Array(reason.utf8) } ?? [])
    }

    /// The bytes as a client sends them: masked.
    package func encoded(mask: UInt32 = .random(in: 0...(.max))) -> [UInt8] {
        var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | opcode.rawValue]
        switch payload.count {
        case ..<126: bytes.append(0x80 | UInt8(payload.count))
        case ...0xFFFF:
            bytes.append(0x80 | 126)
            bytes.append(contentsOf: UInt16(payload.count).bigEndianBytes)
        default:
            bytes.append(0x80 | 127)
            bytes.append(contentsOf: UInt64(payload.count).bigEndianBytes)
        }
        let key = mask.bigEndianBytes
        bytes.append(contentsOf: key)
        for (index, byte) in payload.enumerated() { bytes.append(byte ^ key[index & 3]) }
        return bytes
    }

    /// Takes one whole frame of the server off the buffer; nil when more bytes are needed.
    init?(readingFrom buffer: inout ByteBuffer) throws {
        let start = buffer.readerIndex
        guard let head = buffer.getInteger(at: start, as: UInt16.self) else { return nil }
        guard head & 0x7000 == 0 else { throw ClientFailure(.violation, "a frame with a reserved bit set") }
        guard head & 0x80 == 0 else { throw ClientFailure(.violation, "a masked frame from the server") }
        guard let opcode = Opcode(rawValue: UInt8(head >> 8 & 0x0F)) else {
            throw ClientFailure(.violation, "a frame with the unknown opcode \(head >> 8 & 0x0F)")
        }
        var size = Int(head & 0x7F)
        var offset = start + 2
        if size == 126 {
            guard let long = buffer.getInteger(at: offset, as: UInt16.self) else { return nil }
            guard long > 125 else { throw ClientFailure(.violation, "a 16-bit length \(long)") }
            (size, offset) = (Int(long), offset + 2)
        } else if size == 127 {
            guard let long = buffer.getInteger(at: offset, as: UInt64.self) else { return nil }
            guard long > 0xFFFF, long < 1 << 31 else { throw ClientFailure(.violation, "a 64-bit length \(long)") }
            (size, offset) = (Int(long), offset + 8)
        }
        let isFinal = head & 0x8000 != 0
        if opcode.isControl, !isFinal || size > 125 {
            throw ClientFailure(.violation, "a \(opcode) frame of \(size) bytes, final: \(isFinal)")
        }
        guard let payload = buffer.getBytes(at: offset, length: size) else { return nil }
        buffer.moveReaderIndex(to: offset + size)
        self.init(opcode, payload, isFinal: isFinal)
    }

    /// What a close frame says: its code and reason, nil without one.
    var closing: (code: UInt16?, reason: String) {
        guard payload.count >= 2 else { return (nil, "") }
        return (UInt16(payload[0]) << 8 | UInt16(payload[1]), String(decoding: payload[2...], as: UTF8.self))
    }
}

extension FixedWidthInteger {
    fileprivate var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian, Array.init) }
}
