import ApusWire
import Foundation
import NIOCore
import NIOPosix

/// The Unix socket through which command-line tools reach a running server: one line of JSON each way. Its file mode
/// (0600) is its only guard: whoever may open it may read the database anyway.
enum ControlSocket {
    /// Answers requests until the channel is closed.
    static func listen(
        at path: String, on group: any EventLoopGroup, answer: @escaping @Sendable (JSONValue) async -> JSONValue
    ) async throws -> any Channel {
        guard path.utf8.count < 108 else {
            throw OperatorError(
                "The path of the data folder is too long for a Unix socket (\(path.utf8.count) bytes, at most 107); choose a shorter one with --data."
            )
        }
        let channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Line(answer: answer))
                }
            }
            .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
        guard chmod(path, 0o600) == 0 else {
            throw OperatorError("\(path) cannot be protected: \(String(cString: strerror(errno))).")
        }
        return channel
    }

    private final class Line: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let answer: @Sendable (JSONValue) async -> JSONValue
        private var line = ByteBuffer()

        init(answer: @escaping @Sendable (JSONValue) async -> JSONValue) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = Self.unwrapInboundIn(data)
            line.writeBuffer(&bytes)
            guard line.readableBytesView.last == UInt8(ascii: "\n") else {
                if line.readableBytes > 64 * 1024 { context.close(promise: nil) }
                return
            }
            let channel = context.channel
            let request = Result { try JSONValue(parsing: line.readableBytesView) }
            Task { [answer] in
                let reply: JSONValue
                switch request {
                case .success(let request): reply = await answer(request)
                case .failure(let error): reply = ["error": .string("\(error)")]
                }
                // The tool may have gone away; then there is nobody to tell.
                try? await channel.writeAndFlush(ByteBuffer(bytes: reply.encoded + [UInt8(ascii: "\n")]))
                try? await channel.close()
            }
        }
    }
}
