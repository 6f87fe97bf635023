import ApusWire
import NIOCore

/// Reads what a client sends on a WebSocket (RFC 6455 section 5) without any I/O: bytes go in, messages come out.
struct WebSocketDecoder {
    enum Message: Equatable {
        case text(ByteBuffer)
        case binary(ByteBuffer)
        case ping(ByteBuffer)
        case pong
        /// The client closes, with its code if it gave one.
        case close(UInt16?)
        /// The client broke the protocol; nothing after this is read.
        case violation(CloseCode, String)
    }

    private enum Opcode: UInt8 {
        case continuation = 0, text, binary
        case close = 8, ping, pong
        var isControl: Bool { rawValue >= 8 }
    }

    private let maximumSize: Int
    private(set) var input = ByteBuffer()
    private var fragments: ByteBuffer?
    private var fragmentedOpcode = Opcode.text
    private var isDead = false

    init(maximumSize: Int = ClientFrame.maximumSize) { self.maximumSize = maximumSize }

    /// Takes bytes in. They are kept until they make a whole frame, never more than one frame's worth.
    mutating func append(_ bytes: inout ByteBuffer) {
        if isDead { return }
        if input.readableBytes == 0 { input = bytes } else { input.writeBuffer(&bytes) }
    }

    /// The next whole message; nil until more bytes come.
    mutating func next() -> Message? {
        while !isDead {
            switch frame() {
            case nil:
                // Nothing is kept of what has been read, and no buffer between two frames.
                if input.readableBytes == 0 { input = ByteBuffer() } else { input.discardReadBytes() }
                return nil
            case .some(.violation(let code, let reason)): return die(.violation(code, reason))
            case .some(.whole(let opcode, let isFinal, let payload)):
                guard let message = assemble(opcode, isFinal, payload) else { continue }
                if case .violation = message { return die(message) }
                return message
            }
        }
        return nil
    }

    /// Nothing is read any more, so nothing is kept.
    private mutating func die(_ violation: Message) -> Message {
        isDead = true
        input = ByteBuffer()
        fragments = nil
        return violation
    }

    private enum Frame {
        case whole(Opcode, isFinal: Bool, ByteBuffer)
        case violation(CloseCode, String)
    }

    private mutating func frame() -> Frame? {
        var view = input
        guard let first = view.readInteger(as: UInt8.self), let second = view.readInteger(as: UInt8.self) else {
            return nil
        }
        guard first & 0x70 == 0 else { return .violation(.protocolError, "reserved bits are set") }
        guard let opcode = Opcode(rawValue: first & 0x0F) else { return .violation(.protocolError, "unknown opcode") }
        guard second & 0x80 != 0 else { return .violation(.protocolError, "a client's frames are masked") }
        let isFinal = first & 0x80 != 0
        var length = UInt64(second & 0x7F)
        if opcode.isControl, !isFinal || length > 125 {
            return .violation(.protocolError, "a control frame has at most 125 bytes, in one piece")
        }
        if length == 126 {
            guard let long = view.readInteger(as: UInt16.self) else { return nil }
            guard long > 125 else { return Self.notMinimal }
            length = UInt64(long)
        } else if length == 127 {
            guard let long = view.readInteger(as: UInt64.self) else { return nil }
            guard long > UInt64(UInt16.max) else { return Self.notMinimal }
            length = long
        }
        if length > UInt64(maximumSize - (opcode.isControl ? 0 : fragments?.readableBytes ?? 0)) {
            return .violation(.messageTooBig, "a message has at most \(maximumSize) bytes")
        }
        guard let mask = view.readInteger(as: UInt32.self), var payload = view.readSlice(length: Int(length)) else {
            return nil
        }
        input = view
        payload.unmask(mask)
        return .whole(opcode, isFinal: isFinal, payload)
    }

    /// A length has one spelling, or what is checked and what is read may differ (section 5.2).
    private static let notMinimal = Frame.violation(.protocolError, "a length is written as short as it can be")

    private mutating func assemble(_ opcode: Opcode, _ isFinal: Bool, _ payload: ByteBuffer) -> Message? {
        switch opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong
        case .close: return Self.close(payload)
        case .continuation:
            guard var whole = fragments else { return .violation(.protocolError, "nothing to continue") }
            // Held by `fragments` as well, it would be copied whole for each piece.
            fragments = nil
            whole.writeImmutableBuffer(payload)
            fragments = isFinal ? nil : whole
            return isFinal ? Self.message(fragmentedOpcode, whole) : nil
        case .text, .binary:
            guard fragments == nil else { return .violation(.protocolError, "the last message is not finished") }
            if isFinal { return Self.message(opcode, payload) }
            fragments = payload
            fragmentedOpcode = opcode
            return nil
        }
    }

    private static func message(_ opcode: Opcode, _ payload: ByteBuffer) -> Message {
        opcode == .text ? .text(payload) : .binary(payload)
    }

    private static func close(_ payload: ByteBuffer) -> Message {
        var payload = payload
        if payload.readableBytes == 0 { return .close(nil) }
        guard let code = payload.readInteger(as: UInt16.self), (1000...4999).contains(code),
            ![1004, 1005, 1006, 1015].contains(code), !(1016...2999).contains(code)
        else { return .violation(.protocolError, "no such close code") }
        guard String(validating: payload.readableBytesView, as: UTF8.self) != nil else {
            return .violation(.invalidUTF8, "the reason is not UTF-8")
        }
        return .close(code)
    }
}

extension ByteBuffer {
    /// XORs with the masking key (section 5.3), eight bytes at a time.
    fileprivate mutating func unmask(_ mask: UInt32) {
        if mask == 0 { return }
        let key = UInt64(mask.bigEndian) | UInt64(mask.bigEndian) << 32
        withUnsafeMutableReadableBytes { bytes in
            var index = 0
            while index + 8 <= bytes.count {
                let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ key
                bytes.storeBytes(of: word, toByteOffset: index, as: UInt64.self)
                index += 8
            }
            while index < bytes.count {
                bytes[index] ^= UInt8(truncatingIfNeeded: mask >> (24 - 8 * UInt32(index & 3)))
                index += 1
            }
        }
    }

    /// Appends a server's frame: whole and unmasked.
    mutating func writeWebSocketFrame(opcode: UInt8, _ payload: some Collection<UInt8>) {
        switch payload.count {
        case ..<126: writeMultipleIntegers(0x80 | opcode, UInt8(payload.count))
        case ..<65536: writeMultipleIntegers(0x80 | opcode, UInt8(126), UInt16(payload.count))
        default: writeMultipleIntegers(0x80 | opcode, UInt8(127), UInt64(payload.count))
        }
        writeBytes(payload)
    }

    static func webSocketText(_ payload: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(payload.count + 10)
        buffer.writeWebSocketFrame(opcode: 1, payload)
        return buffer
    }

    static func webSocketClose(_ code: CloseCode, _ reason: String) -> ByteBuffer {
        var payload = ByteBuffer(integer: code.rawValue)
        // At most 123 bytes, and whole characters: a client takes a broken reason for a broken protocol.
        for scalar in reason.unicodeScalars {
            guard payload.readableBytes + UTF8.width(scalar) <= 125 else { break }
            payload.writeString(String(scalar))
        }
        var buffer = ByteBuffer()
        buffer.writeWebSocketFrame(opcode: 8, payload.readableBytesView)
        return buffer
    }
}
