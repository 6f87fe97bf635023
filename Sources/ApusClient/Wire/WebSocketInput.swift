package import NIOCore
import NIOHTTP1

/// What a WebSocket client reads, without I/O: the answer to the handshake, then frames (RFC 6455). One reader for both,
/// because a server that refuses sends its 101, the close frame and the end of file in one breath, and a pipeline that
/// changes its handlers in between loses the frame. `apus bench` reads by it too.
package struct WebSocketInput {
    package enum Element {
        case opened
        /// Another answer than 101.
        case answer(HTTPAnswer)
        case text(ByteBuffer)
        case ping(ByteBuffer)
        case close(code: UInt16, reason: String)
    }

    package struct Violation: Error, CustomStringConvertible {
        package let description: String
    }

    private static let maximumHead = 16 * 1024
    private static let maximumFrame = 16 * 1024 * 1024

    private enum State {
        case head, open, refused
    }

    private var pending = ByteBuffer()
    private var state = State.head
    private var fragments: ByteBuffer?
    private let acceptedKey: String

    /// - Parameter acceptedKey: the `Sec-WebSocket-Accept` that answers the key which was sent.
    package init(acceptedKey: String) { self.acceptedKey = acceptedKey }

    package mutating func append(_ bytes: inout ByteBuffer) {
        pending.discardReadBytes()
        if pending.readableBytes == 0 { pending = bytes } else { pending.writeBuffer(&bytes) }
    }

    /// The next whole element; nil when more bytes are needed.
    package mutating func next() throws -> Element? {
        switch state {
        case .head: return try head()
        case .refused: return nil
        case .open: return try element()
        }
    }

    private mutating func element() throws -> Element? {
        while let (opcode, isFinal, payload) = try frame() {
            switch opcode {
            case 1, 2, 0:
                guard (opcode == 0) == (fragments != nil) else { throw Violation(description: "a broken message") }
                var whole = payload
                if var begun = fragments {
                    begun.writeBuffer(&whole)
                    whole = begun
                }
                fragments = isFinal ? nil : whole
                if isFinal { return .text(whole) }
            case 8:
                var payload = payload
                let code = payload.readInteger(as: UInt16.self) ?? 1005
                return .close(code: code, reason: String(buffer: payload))
            case 9: return .ping(payload)
            case 10: break
            default: throw Violation(description: "a frame with the unknown opcode \(opcode)")
            }
        }
        return nil
    }

    private mutating func frame() throws -> (opcode: UInt8, isFinal: Bool, payload: ByteBuffer)? {
        let start = pending.readerIndex
        guard let head = pending.getInteger(at: start, as: UInt16.self) else { return nil }
        guard head & 0x7080 == 0 else { throw Violation(description: "a masked or extended frame") }
        var size = Int(head & 0x7F)
        var offset = 2
        if size == 126 {
            guard let long = pending.getInteger(at: start + 2, as: UInt16.self) else { return nil }
            (size, offset) = (Int(long), 4)
        } else if size == 127 {
            guard let long = pending.getInteger(at: start + 2, as: UInt64.self) else { return nil }
            guard long <= Self.maximumFrame else { throw Violation(description: "a frame of \(long) bytes") }
            (size, offset) = (Int(long), 10)
        }
        guard let payload = pending.getSlice(at: start + offset, length: size) else { return nil }
        pending.moveReaderIndex(forwardBy: offset + size)
        return (UInt8(head >> 8 & 0x0F), head & 0x8000 != 0, payload)
    }

    // MARK: the handshake

    private mutating func head() throws -> Element? {
        guard let end = pending.readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)) else {
            guard pending.readableBytes <= Self.maximumHead else { throw Violation(description: "an endless answer") }
            return nil
        }
        let size = end.upperBound - pending.readerIndex
        let lines = pending.getString(at: pending.readerIndex, length: size - 4)?.split(separator: "\r\n") ?? []
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw Violation(description: "something that is not HTTP")
        }
        let fields = HTTPHeaders(
            lines.dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), parts.count == 2 ? parts[1].trimmingPrefix { $0 == " " }.description : "")
            })
        guard status == 101 else {
            // Without a length the answer is what has come: only its status and, if it is a problem, its code matter.
            let length = fields.first(name: "content-length").flatMap { Int($0) } ?? pending.readableBytes - size
            guard let body = pending.getSlice(at: pending.readerIndex + size, length: length) else { return nil }
            state = .refused
            return .answer(HTTPAnswer(status: status, fields: fields, body: body))
        }
        guard fields.first(name: "upgrade")?.lowercased() == "websocket",
            fields.first(name: "sec-websocket-accept") == acceptedKey
        else { throw Violation(description: "a 101 that accepts something else") }
        pending.moveReaderIndex(forwardBy: size)
        state = .open
        return .opened
    }
}

extension ByteBuffer {
    /// Appends a client's frame: whole and masked.
    package mutating func writeMaskedFrame(opcode: UInt8, _ payload: UnsafeRawBufferPointer) {
        switch payload.count {
        case ..<126: writeMultipleIntegers(0x80 | opcode, 0x80 | UInt8(payload.count))
        case ..<65536: writeMultipleIntegers(0x80 | opcode, UInt8(0x80 | 126), UInt16(payload.count))
        default: writeMultipleIntegers(0x80 | opcode, UInt8(0x80 | 127), UInt64(payload.count))
        }
        let mask = UInt32.random(in: 0...(.max))
        writeInteger(mask)
        writeWithUnsafeMutableBytes(minimumWritableBytes: payload.count) { target in
            for (index, byte) in payload.enumerated() {
                target[index] = byte ^ UInt8(truncatingIfNeeded: mask >> (24 - 8 * UInt32(index & 3)))
            }
            return payload.count
        }
    }
}
