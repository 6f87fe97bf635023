import NIOCore
import NIOHTTP1

/// The way out: what the router or the front answers, and what comes after it.
extension FrontHandler {
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // Of a request that was refused while the router had it, the router's answer is not wanted any more.
        guard case .routing(var routing) = state else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        routing.responseBegun = true
        var part = Self.unwrapOutboundIn(data)
        if case .end = part { routing.responseEnded = true }
        if case .head(var head) = part {
            complete(&head)
            part = .head(head)
        }
        state = .routing(routing)
        context.write(Self.wrapOutboundOut(part), promise: promise)
        if routing.responseEnded {
            context.flush()
            routed(routing)
        }
    }

    /// What is the connection's to say, not the route's.
    private func complete(_ head: inout HTTPResponseHead) {
        head.headers.add(name: "date", value: date.value)
        if isLast { head.headers.replaceOrAdd(name: "connection", value: "close") }
    }

    func routed(_ routing: Routing) {
        if routing.requestEnded, routing.responseEnded {
            // The front's answers are small; these may take longer to go out than a connection may be idle.
            unsent = own?.channel.unsent ?? 0
            return finished(keepAlive: true)
        }
        // A request that has come in completely may take its time; one that has not, may not.
        if routing.requestEnded { deadline.clear() } else { deadline.tighten(to: timeouts.request) }
        conclude()
    }

    /// Sends a whole response of the front, which says whether the connection stays.
    func answer(_ bytes: ByteBuffer, keepAlive: Bool) {
        guard case .answering = state else { return }
        writer?.write(bytes.with(fields: sharing))
        finished(keepAlive: keepAlive)
    }

    var answers: HTTPAnswer { HTTPAnswer(date: date.value) }

    /// Whether the connection ends with the answer to the request at hand.
    var isLast: Bool { closesAfterResponse || isQuiescing }

    func flush() { writer?.flush() }

    /// The response is written: the next request's turn. What is held is taken up on a later tick of the loop, for
    /// this may run inside a drain.
    private func finished(keepAlive: Bool) {
        state = .idle
        leavePlace()
        if !keepAlive || isLast {
            flush()
            return closeGently()
        }
        deadline.set(in: timeouts.idle)
        if !held.isEmpty || inputEnd != nil {
            flush()
            resumeSoon()
        }
    }

    func resumeSoon() { own?.eventLoop.assumeIsolated().execute { self.resumeHeld() } }

    private func resumeHeld() {
        guard let own else { return }
        while isWritable, let part = held.first, accept(part, own) {
            if !held.isEmpty { held.removeFirst() }
        }
        awaitRest()
        // The router's part of the pipeline hands on what it got when a read is complete.
        own.fireChannelReadComplete()
        conclude()
        own.channel.read()
    }

    /// The connection has done what it was for.
    func closeGently() {
        state = .closed
        letGo()
        deadline.clear()
        own?.channel.closeGently(patience: timeouts.closing)
    }
}
