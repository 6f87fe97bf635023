import ApusWire
import Logging
import NIOCore
import NIOHTTP1

extension FrontHandler {
    /// Why nothing more is read from a client.
    enum InputEnd {
        /// The client has closed its side: it has gone, or waits for the rest of its answers.
        case closed
        /// What it sent cannot be read, and so nothing after it.
        case fault(Problem)
    }

    var isInputClosed: Bool { if case .closed = inputEnd { true } else { false } }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let problem = Problem(reading: error) { return endInput(.fault(problem)) }
        // A decoder that has given up says so again for whatever still comes.
        if error is ByteToMessageDecoderError { return }
        if case .streaming(let sink) = state {
            sink.failed(error)
        } else {
            logger.debug("connection failed", metadata: ["error": "\(error)"])
        }
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            if case .idle = state, held.isEmpty { leave(context) }
            // Not for the router's part: it knows nothing of the front's requests, and would close while one of them is
            // answered. Its own end with `finished`.
            return
        // Not for the router: it would take its unanswered request for abandoned.
        case ChannelEvent.inputClosed: return endInput(.closed)
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// Nothing is asked; but the last answer may still be on its way.
    private func leave(_ context: ChannelHandlerContext) {
        if context.channel.unsent > 0 { closeGently() } else { context.close(promise: nil) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if case .streaming(let sink) = state { sink.writabilityChanged(to: isWritable) }
        if isWritable { resumeSoon() }
        context.fireChannelWritabilityChanged()
    }

    /// The requests that came in whole before this are answered first, each in its turn.
    func endInput(_ end: InputEnd) {
        // A stream is for whoever listens: one that closes its side cannot be told from one that has gone.
        if case .streaming = state {
            own?.close(promise: nil)
            return
        }
        if case .closed = end { poll?.inputEnded() }
        if inputEnd == nil { inputEnd = end }
        conclude()
    }

    /// Acts on the end of the input once nothing that came before it waits for its answer.
    func conclude() {
        guard let inputEnd, held.isEmpty else { return }
        switch (state, inputEnd) {
        case (.idle, .closed): closeGently()
        case (.idle, .fault(let problem)), (.receiving, .fault(let problem)): refuse(problem)
        case (.routing(let routing), .fault(let problem)) where !routing.requestEnded:
            if !routing.responseBegun { refuse(problem) } else if routing.responseEnded { closeGently() }
        case (.receiving, .closed), (.routing, _), (.answering, _), (.streaming, _), (.closed, _): break
        }
    }
}
