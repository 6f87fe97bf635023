import NIOCore

extension Channel {
    /// Bytes that are written and that the socket has not taken. To be asked on the channel's loop.
    var unsent: Int { (try? syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 }

    /// Sends what is written and then the end of the stream, and leaves the other side a moment to go by itself: a
    /// connection that is closed while the other side still sends is reset, and a reset can overtake the last answer.
    func closeGently() {
        let written = eventLoop.makePromise(of: Void.self)
        // A client that takes nothing more is not waited for.
        let patience = eventLoop.scheduleTask(in: .seconds(15)) { self.close(promise: nil) }
        written.futureResult.whenSuccess {
            let grace = self.eventLoop.scheduleTask(in: .seconds(1)) { self.close(promise: nil) }
            self.closeFuture.whenComplete { _ in grace.cancel() }
        }
        closeFuture.whenComplete { _ in patience.cancel() }
        close(mode: .output, promise: written)
    }
}
