import NIOCore
import NIOHTTP1
import NIOPosix

/// One TCP connection whose arrivals wait in a mailbox. Closed at the latest when nobody holds it any more.
final class Socket<Incoming: Sendable>: Sendable {
    let mailbox: Mailbox<Incoming>
    private let channel: any Channel
    private let closing = Mailbox<Void> { _ in "the end" }

    /// - Parameter configure: adds the handlers, on the channel's loop; the last of them fills the mailbox.
    init(
        to server: ServerAddress, mailbox: Mailbox<Incoming>, by deadline: Deadline,
        configure: @escaping @Sendable (ChannelPipeline.SynchronousOperations) throws -> Void
    ) async throws {
        self.mailbox = mailbox
        do {
            channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                // A small window: a client that does not read is felt by the server soon, not after megabytes.
                .channelOption(.socketOption(.so_rcvbuf), value: 64 * 1024)
                .connectTimeout(deadline.remaining)
                .connect(host: server.host, port: server.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try configure(channel.pipeline.syncOperations)
                        return channel
                    }
                }
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ClientFailure(.closed, "could not connect to \(server) within \(deadline.limitText): \(error)")
        }
        channel.closeFuture.whenComplete { [closing] _ in closing.end(.success(())) }
    }

    deinit { channel.close(promise: nil) }

    var isOpen: Bool { channel.isActive }

    /// Hands the parts to the pipeline in one go. A failed write shows as the connection's end, in the mailbox.
    func write<Part: Sendable>(_ parts: [Part]) {
        for part in parts { channel.write(part, promise: nil) }
        channel.flush()
    }

    func close() { channel.close(promise: nil) }

    /// Waits until the connection has ended, whoever ends it; takes nothing out of the mailbox.
    func closed(by deadline: Deadline) async throws {
        try await closing.take("the connection's end", by: deadline)
    }

    /// Whether bytes are taken from the kernel; a test turns this off to be a slow reader.
    func setReading(_ on: Bool) async throws {
        try await channel.setOption(.autoRead, value: on).get()
    }
}

/// The last handler of a pipeline: puts what comes into the mailbox, and the connection's end after it.
final class MailboxHandler<Incoming: Sendable>: ChannelInboundHandler {
    typealias InboundIn = Incoming

    private let mailbox: Mailbox<Incoming?>

    init(_ mailbox: Mailbox<Incoming?>) { self.mailbox = mailbox }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        mailbox.put(unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) {
        mailbox.end(.success(nil))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        mailbox.end(error.isLostConnection ? .success(nil) : .failure(error))
        context.close(promise: nil)
    }
}

extension Error {
    /// A reset and an end of file mean the same to a test that kills servers: which one comes is up to the kernel.
    var isLostConnection: Bool {
        self is IOError || self is ChannelError || (self as? HTTPParserError) == .invalidEOFState
    }
}
