import ApusWire
import NIOCore

@testable import ApusTransports

/// The first byte says how the input is cut: below 128, messages have at most 1,000 bytes, so that small inputs reach
/// the limit. Its low four bits count the sizes that follow, one byte each; pieces have these sizes in turn.
struct FrameCheck {
    private let stream: ArraySlice<UInt8>
    private let sizes: [Int]
    private let maximum: Int

    init(_ bytes: [UInt8]) {
        let first = bytes.first ?? 0
        let cuts = bytes.dropFirst().prefix(Int(first & 15))
        sizes = cuts.map { Int($0) + 1 }
        stream = bytes.dropFirst(1 + cuts.count)
        maximum = first < 128 ? 1000 : ClientFrame.maximumSize
    }

    func run() throws(Finding) {
        let whole = try messages(stream, sizes: [])
        try expect(try messages(stream, sizes: sizes) == whole, "other messages in pieces of \(sizes) bytes")
        try expect(try messages(stream, sizes: [1]) == whole, "other messages byte by byte")
        try inspect(whole)
        // What was read is what a client would have sent.
        let sent = whole.reduce(into: [UInt8]()) { $0 += Self.frame($1) }
        let again = try messages(sent[...], sizes: sizes)
        try expect(again == whole.filter { !$0.isViolation }, "the messages, sent again, are others: \(again)")
    }

    private func inspect(_ found: [WebSocketDecoder.Message]) throws(Finding) {
        for (index, message) in found.enumerated() {
            switch message {
            case .text(let payload), .binary(let payload):
                try expect(payload.readableBytes <= maximum, "a message of \(payload.readableBytes) bytes")
            case .ping(let payload):
                try expect(payload.readableBytes <= 125, "a ping of \(payload.readableBytes) bytes")
            case .violation:
                try expect(index == found.count - 1, "\(found.count - 1 - index) messages after a violation")
            case .close(let code):
                try expect(code.map { (1000...4999).contains($0) } ?? true, "the close code \(code ?? 0)")
            case .pong: break
            }
        }
    }

    /// Everything that is read when the bytes come in pieces of these sizes; all at once when there are none.
    private func messages(_ bytes: ArraySlice<UInt8>, sizes: [Int]) throws(Finding) -> [WebSocketDecoder.Message] {
        var decoder = WebSocketDecoder(maximumSize: maximum)
        var found: [WebSocketDecoder.Message] = []
        var rest = bytes
        var turn = 0
        while !rest.isEmpty {
            let size = sizes.isEmpty ? rest.count : sizes[turn % sizes.count]
            turn += 1
            var piece = ByteBuffer(bytes: rest.prefix(size))
            rest = rest.dropFirst(size)
            decoder.append(&piece)
            while let message = decoder.next() { found.append(message) }
            // The longest head has 14 bytes.
            try expect(
                decoder.input.readableBytes < maximum + 14, "\(decoder.input.readableBytes) bytes kept unread")
        }
        return found
    }

    /// A message as a client sends it (RFC 6455 section 5.2), written here from the RFC alone.
    private static func frame(_ message: WebSocketDecoder.Message) -> [UInt8] {
        let (opcode, payload): (UInt8, [UInt8]) =
            switch message {
            case .text(let bytes): (1, Array(bytes.readableBytesView))
            case .binary(let bytes): (2, Array(bytes.readableBytesView))
            case .ping(let bytes): (9, Array(bytes.readableBytesView))
            case .pong: (10, [])
            case .close(let code): (8, code.map { [UInt8($0 >> 8), UInt8($0 & 255)] } ?? [])
            case .violation: (0, [])
            }
        if message.isViolation { return [] }
        let length: [UInt8] =
            switch payload.count {
            case ..<126: [UInt8(payload.count)]
            case ..<65536: [126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
            default: [127] + (0..<8).map { UInt8(payload.count >> (56 - 8 * $0) & 255) }
            }
        let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        return [0x80 | opcode, 0x80 | length[0]] + length.dropFirst() + mask
            + payload.enumerated().map { $0.element ^ mask[$0.offset % 4] }
    }
}

extension WebSocketDecoder.Message {
    fileprivate var isViolation: Bool { if case .violation = self { true } else { false } }
}
