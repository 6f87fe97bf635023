import NIOCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The way out of a connection for bytes that are ready: straight into its socket while nothing waits in the channel,
/// otherwise through the channel, which waits for the socket and closes it when it fails.
///
/// A write through the channel costs as much again as the kernel's part of it. For plain TCP only, where nothing stands
/// between the context and the socket: under TLS every byte must pass the channel's handlers.
/// Confined to the channel's loop. Nothing happens inside `write` and `flush` while they are direct; in the channel's
/// `flush` anything may.
final class SocketWriter {
    /// Small writes between two flushes are put together up to this size, so that one call takes them.
    private static let maximumJoined = 16 * 1024

    private let context: ChannelHandlerContext
    private let channel: any Channel
    /// Nil where the channel has no socket, as in tests.
    private let descriptor: CInt?
    /// The last write, and while direct all since the last flush: what came before it is with the channel.
    private var last: ByteBuffer?
    /// Flushes that the channel has not finished, and whether it has something that none of them covers.
    private var unfinished = 0
    private var hasUnflushed = true
    /// Everything that was written before is in the socket.
    private(set) var isDirect = false

    init(_ context: ChannelHandlerContext) {
        self.context = context
        channel = context.channel
        descriptor = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable {
            (descriptor: NIOBSDSocket.Handle) in descriptor
        }
    }

    func write(_ bytes: ByteBuffer) {
        guard var joined = last else {
            last = bytes
            return
        }
        if isDirect, joined.readableBytes + bytes.readableBytes <= Self.maximumJoined {
            last = nil
            joined.writeImmutableBuffer(bytes)
            last = joined
        } else {
            leaveToChannel()
            last = bytes
        }
    }

    func flush() {
        guard var bytes = last else { return }
        last = nil
        if isDirect {
            bytes.moveReaderIndex(forwardBy: send(bytes))
            if bytes.readableBytes == 0 { return }
            isDirect = false
        }
        unfinished += 1
        hasUnflushed = false
        let finished = channel.eventLoop.makePromise(of: Void.self)
        finished.futureResult.assumeIsolated().whenSuccess { self.finishedOne() }
        context.writeAndFlush(NIOAny(bytes), promise: finished)
    }

    /// Until the next `flush` others write to the channel.
    func leaveToChannel() {
        isDirect = false
        hasUnflushed = true
        if let bytes = last { context.write(NIOAny(bytes), promise: nil) }
        last = nil
    }

    private func finishedOne() {
        unfinished -= 1
        isDirect = unfinished == 0 && !hasUnflushed && descriptor != nil
    }

    /// Sends what the socket takes now. Whatever keeps it from taking all, the channel will find out and act upon.
    private func send(_ bytes: ByteBuffer) -> Int {
        // The number of a closed descriptor is soon somebody else's; a channel is inactive before anybody hears of
        // its end.
        guard let descriptor, channel.isActive else { return 0 }
        return bytes.withUnsafeReadableBytes { max(0, systemSend(descriptor, $0.baseAddress, $0.count)) }
    }
}

private func systemSend(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Darwin)
        Darwin.send(descriptor, bytes, count, MSG_DONTWAIT)
    #else
        send(descriptor, bytes, count, CInt(MSG_NOSIGNAL | MSG_DONTWAIT))
    #endif
}
