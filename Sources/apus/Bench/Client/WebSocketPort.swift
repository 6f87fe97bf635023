import ApusClient
import ApusWire
import NIOCore

/// A WebSocket connection: one handler, alone in its pipeline, no task.
final class WebSocketPort: StreamPort, ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let batchStart = Array(#"{"batch":"#.utf8)
    private static let replyStart = Array(#"{"reply":"#.utf8)

    private let target: BenchTarget
    private let path: String
    var owner: (any StreamOwner)?
    var context: ChannelHandlerContext?
    /// The example of RFC 6455 section 1.3: the key is there against caches, not for secrecy.
    private static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    private var input = WebSocketInput(acceptedKey: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")

    init(_ target: BenchTarget, on loop: any EventLoop, _ path: String, _ owner: any StreamOwner) {
        self.target = target
        self.path = path
        self.owner = owner
        target.connect(on: loop) {
            try $0.addHandler(self)
        } failed: {
            self.end(StreamEnd(connecting: $0))
        }
    }

    /// Writes a text frame; `flush` sends it.
    func write(text: [UInt8]) {
        text.withUnsafeBytes { write(opcode: 1, $0) }
    }

    func flush() { context?.flush() }

    // MARK: the channel

    func channelActive(context: ChannelHandlerContext) {
        guard owner != nil else { return context.close(promise: nil) }
        self.context = context
        let request = """
            GET \(path) HTTP/1.1\r\nHost: \(target.authority)\r\nAuthorization: Bearer \(target.token)\r\n\
            Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
            Sec-WebSocket-Key: \(Self.key)\r\nSec-WebSocket-Protocol: apus.v1\r\n\r\n
            """
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        input.append(&bytes)
        do {
            while owner != nil, let element = try input.next() { take(element) }
        } catch {
            end(.refused(target.notApus("\(error), on a WebSocket,")))
        }
    }

    func channelInactive(context: ChannelHandlerContext) { end(.lost("the connection was cut")) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { end(.lost("\(error)")) }

    private func take(_ element: WebSocketInput.Element) {
        switch element {
        case .opened: break
        case .answer(let answer): end(StreamEnd(Refusal(answer)))
        case .text(let text): text.withUnsafeReadableBytes { take($0) }
        case .ping(let payload):
            payload.withUnsafeReadableBytes { write(opcode: 10, $0) }
            flush()
        case .close(let code, let reason):
            // A reset said by its frame where to go on, so the owner is told already.
            end(StreamEnd(Refusal(close: code, reason: reason)))
        }
    }

    private func take(_ text: UnsafeRawBufferPointer) {
        if text.starts(with: Self.batchStart) {
            owner?.batch(text, .frame)
        } else if text.starts(with: Self.replyStart) {
            owner?.reply(text)
        } else if let frame = try? ServerFrame(parsing: text) {  // unknown frames are ignored
            switch frame {
            case .batch: owner?.batch(text, .frame)
            case .reply: owner?.reply(text)
            default: take(frame)
            }
        }
    }

    private func write(opcode: UInt8, _ payload: UnsafeRawBufferPointer) {
        guard let context else { return }
        var buffer = ByteBuffer()
        buffer.reserveCapacity(payload.count + 14)
        buffer.writeMaskedFrame(opcode: opcode, payload)
        context.write(wrapOutboundOut(buffer), promise: nil)
    }
}
