import NIOCore

/// Puts messages together, answers pings and closes, and checks the server's frames against RFC 6455.
final class WebSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketDecoder.InboundOut
    typealias OutboundIn = Outgoing
    typealias OutboundOut = ByteBuffer

    enum Outgoing: Sendable {
        case frame(WebSocketFrame)
        case raw([UInt8])
    }

    private let mailbox: Mailbox<WebSocketConnection.Incoming>
    private let answersPings: Bool
    private var fragments: WebSocketFrame?
    private var closeSent = false

    init(_ mailbox: Mailbox<WebSocketConnection.Incoming>, answersPings: Bool) {
        self.mailbox = mailbox
        self.answersPings = answersPings
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .answer(let answer) where answer.status == 101: mailbox.put(.accepted(answer))
        case .answer(let answer):
            mailbox.end(.success(.refused(answer)))
            context.close(promise: nil)
        case .frame(let frame):
            do {
                try take(frame, context: context)
            } catch {
                errorCaught(context: context, error: error)
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        mailbox.end(.success(.closed(code: nil, reason: "")))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        mailbox.end(error.isLostConnection ? .success(.closed(code: nil, reason: "")) : .failure(error))
        context.close(promise: nil)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes: [UInt8]
        switch unwrapOutboundIn(data) {
        case .raw(let raw): bytes = raw
        case .frame(let frame):
            if frame.opcode == .close { closeSent = true }
            bytes = frame.encoded()
        }
        context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: promise)
    }

    private func take(_ frame: WebSocketFrame, context: ChannelHandlerContext) throws {
        switch frame.opcode {
        case .ping:
            if answersPings { reply(WebSocketFrame(.pong, frame.payload), context) }
        case .pong: mailbox.put(.pong(frame.payload))
        case .close:
            guard frame.payload.count != 1 else { throw ClientFailure(.violation, "a close frame with half a code") }
            let (code, reason) = frame.closing
            mailbox.end(.success(.closed(code: code, reason: reason)))
            if !closeSent { reply(.close(code), context) }
            context.close(promise: nil)
        case .text, .binary:
            guard fragments == nil else { throw ClientFailure(.violation, "a message began inside another") }
            try take(message: frame)
        case .continuation:
            guard var whole = fragments else { throw ClientFailure(.violation, "a continuation of nothing") }
            whole.payload += frame.payload
            whole.isFinal = frame.isFinal
            try take(message: whole)
        }
    }

    private func take(message: WebSocketFrame) throws {
        fragments = message.isFinal ? nil : message
        guard message.isFinal else { return }
        guard message.opcode == .text else { return mailbox.put(.binary(message.payload)) }
        guard let text = String(validating: message.payload, as: UTF8.self) else {
            throw ClientFailure(.violation, "a text message that is not valid UTF-8")
        }
        mailbox.put(.text(text))
    }

    private func reply(_ frame: WebSocketFrame, _ context: ChannelHandlerContext) {
        write(context: context, data: NIOAny(Outgoing.frame(frame)), promise: nil)
        context.flush()
    }
}
