import NIOCore

extension Channel {
    /// Bytes that are written and that the socket has not taken. To be asked on the channel's loop.
    var unsent: Int { (try? syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 }

    /// Sends what is written and then the end of the stream, and leaves the other side a moment to go by itself: a
    /// connection that is closed while the other side still sends is reset, and a reset can overtake the last answer.
    /// Called on the channel's loop.
    /// - Parameter patience: a client that takes nothing for so long is not waited for; one that is slow is.
    func closeGently(patience: TimeAmount) {
        let written = eventLoop.makePromise(of: Void.self)
        written.futureResult.whenSuccess {
            let grace = self.eventLoop.scheduleTask(in: .seconds(1)) { self.close(promise: nil) }
            self.closeFuture.whenComplete { _ in grace.cancel() }
        }
        close(mode: .output, promise: written)
        closeUnlessTaken(of: unsent, in: patience)
    }

    private func closeUnlessTaken(of before: Int, in patience: TimeAmount) {
        let look = eventLoop.scheduleTask(in: patience) {
            let left = self.unsent
            if left < before { self.closeUnlessTaken(of: left, in: patience) } else { self.close(promise: nil) }
        }
        closeFuture.whenComplete { _ in look.cancel() }
    }
}
