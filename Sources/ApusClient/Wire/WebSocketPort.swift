import ApusWire
import Crypto
import Foundation
package import NIOCore

/// A WebSocket: one handler, no task.
package final class WebSocketPort: StreamPort, ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private let endpoint: Endpoint
    private let request: (path: String, token: String, key: String)
    private var told: ((Incoming) -> Void)?
    private var context: ChannelHandlerContext?
    private var input: WebSocketInput

    package init(
        _ endpoint: Endpoint, on loop: any EventLoop, _ path: String, token: String,
        _ told: @escaping (Incoming) -> Void
    ) {
        self.endpoint = endpoint
        self.told = told
        // RFC 6455 sections 4.1 and 4.2.2.
        let key = Data((0..<16).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
        let hash = Insecure.SHA1.hash(data: Data("\(key)258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8))
        input = WebSocketInput(acceptedKey: Data(hash).base64EncodedString())
        request = (path, token, key)
        endpoint.connect(on: loop) {
            try $0.addHandler(self)
        } failed: {
            self.end(.lost, Endpoint.reason($0))
        }
    }

    package func send(_ frame: [UInt8]) { frame.withUnsafeBytes { write(opcode: 1, $0) } }

    package func close() {
        told = nil
        guard let context else { return }
        self.context = nil
        write(opcode: 8, [0x03, 0xE8], context)  // 1000
        context.close(promise: nil)
    }

    // MARK: the channel

    package func channelActive(context: ChannelHandlerContext) {
        guard told != nil else { return context.close(promise: nil) }
        self.context = context
        let head = """
            GET \(endpoint.target(request.path)) HTTP/1.1\r\nHost: \(endpoint.authority)\r\n\
            Authorization: Bearer \(request.token)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
            Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \(request.key)\r\nSec-WebSocket-Protocol: apus.v1\r\n\r\n
            """
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: head)), promise: nil)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        input.append(&bytes)
        do {
            var isWhole = false
            while told != nil, let element = try input.next() {
                isWhole = true
                take(element)
            }
            if !isWhole { told?(.heard) }
        } catch {
            end(.lost, "\(error) came")
        }
    }

    package func channelInactive(context: ChannelHandlerContext) { end(.lost, "the connection was cut") }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) { end(.lost, Endpoint.reason(error)) }

    private func take(_ element: WebSocketInput.Element) {
        switch element {
        case .opened: told?(.opened)
        case .answer(let answer): end(Ladder.End(answer), answer.sentence)
        case .text(let text):
            guard let value = try? JSONValue(parsing: text.readableBytesView) else {  // the end says so
                // Something on the way spoils what it carries, and closes nothing: that is this side's to do.
                return end(.close(1002), "something that is not JSON came")
            }
            take(value)
        case .ping(let payload):
            payload.withUnsafeReadableBytes { write(opcode: 10, $0) }
            told?(.heard)
        case .close(let code, let reason):
            let isSilent = code == 1005 || code == 1006
            end(isSilent ? .lost : .close(code), "closed with \(code) \(reason)")
        }
    }

    /// Frames of a later version 1 are ignored, as the protocol demands.
    private func take(_ value: JSONValue) {
        guard let member = value.object?.members.first,
            let frame = try? ServerFrame(name: member.name, content: member.value)
        else {
            told?(.heard)
            return
        }
        told?(.frame(frame))
    }

    private func write(opcode: UInt8, _ payload: UnsafeRawBufferPointer) {
        guard let context else { return }
        var buffer = ByteBuffer()
        buffer.reserveCapacity(payload.count + 14)
        buffer.writeMaskedFrame(opcode: opcode, payload)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    private func write(opcode: UInt8, _ payload: [UInt8], _ context: ChannelHandlerContext) {
        var buffer = ByteBuffer()
        payload.withUnsafeBytes { buffer.writeMaskedFrame(opcode: opcode, $0) }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    private func end(_ end: Ladder.End, _ why: String) {
        let told = told
        close()
        told?(.ended(end, why: why))
    }
}
