import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A relay before the server, at an address of its own, that cuts what goes through it, loses bytes or spoils them, or
/// takes nobody in.
final class Cutter: Sendable {
    private struct State {
        var pairs: [(any Channel, any Channel)] = []
        var refuses = false
        /// Connections that speak of an upgrade end at once.
        var dropsUpgrades = false
        /// Of a connection nothing more comes from the server after this many bytes.
        var swallowsAfter: Int?
        /// Quotation marks behind an upgrade become something else.
        var spoilsFrames = false
        var requests: [String] = []
    }

    private let state = NIOLockedValueBox(State())
    private let listener: any Channel
    let port: Int

    init(to target: Int) async throws {
        let state = state
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { client in
                client.eventLoop.makeCompletedFuture {
                    try client.pipeline.syncOperations.addHandler(Gate { Self.join($0, to: target, state) })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = listener.localAddress?.port ?? 0
    }

    private static func join(_ client: any Channel, to target: Int, _ state: NIOLockedValueBox<State>) {
        if state.withLockedValue({ $0.refuses }) { return client.close(promise: nil) }
        ClientBootstrap(group: client.eventLoop).channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: target)
            .flatMapThrowing { server in
                state.withLockedValue { $0.pairs.append((client, server)) }
                try client.pipeline.syncOperations.addHandler(
                    Pipe(to: server) { bytes in
                        let text = String(buffer: bytes)
                        return state.withLockedValue { (state: inout State) -> Bool in
                            if text.hasPrefix("GET ") { state.requests.append(text) }
                            return !state.dropsUpgrades || !text.lowercased().contains("upgrade: websocket")
                        }
                    })
                var passed = 0
                var swallows = false  // for good: no network loses the middle of a connection
                var isUpgraded = false
                try server.pipeline.syncOperations.addHandler(
                    Pipe(
                        to: client,
                        through: { bytes in
                            passed += bytes.readableBytes
                            let (limit, spoils) = state.withLockedValue { ($0.swallowsAfter, $0.spoilsFrames) }
                            swallows = swallows || passed > limit ?? .max
                            if swallows { return nil }
                            isUpgraded = isUpgraded || String(buffer: bytes).hasPrefix("HTTP/1.1 101 ")
                            guard spoils, isUpgraded else { return bytes }
                            return ByteBuffer(
                                bytes: bytes.readableBytesView.map { $0 == UInt8(ascii: "\"") ? 0x27 : $0 })
                        }))
                client.setOption(.autoRead, value: true).whenFailure { _ in client.close(promise: nil) }
                server.setOption(.autoRead, value: true).whenFailure { _ in server.close(promise: nil) }
            }
            .whenFailure { _ in client.close(promise: nil) }
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// As they came, whole where they are small.
    var requests: [String] { state.withLockedValue { $0.requests } }

    func refuse(_ refuses: Bool) { state.withLockedValue { $0.refuses = refuses } }
    func dropUpgrades(_ drops: Bool) { state.withLockedValue { $0.dropsUpgrades = drops } }
    func spoilFrames(_ spoils: Bool) { state.withLockedValue { $0.spoilsFrames = spoils } }
    func swallow(after bytes: Int?) { state.withLockedValue { $0.swallowsAfter = bytes } }

    func cut() {
        let pairs = state.withLockedValue { state in
            defer { state.pairs = [] }
            return state.pairs
        }
        for (client, server) in pairs {
            client.close(promise: nil)
            server.close(promise: nil)
        }
    }

    func stop() async {
        refuse(true)
        try? await listener.close()  // it may be closed already, with its loop
        cut()
    }
}

/// Lets nothing in before the way behind it is there.
private final class Gate: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let opened: (any Channel) -> Void

    init(_ opened: @escaping (any Channel) -> Void) { self.opened = opened }

    func channelActive(context: ChannelHandlerContext) { opened(context.channel) }
}

private final class Pipe: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel
    private let passes: (ByteBuffer) -> Bool
    private let through: (ByteBuffer) -> ByteBuffer?

    init(
        to other: any Channel, _ passes: @escaping (ByteBuffer) -> Bool = { _ in true },
        through: @escaping (ByteBuffer) -> ByteBuffer? = { $0 }
    ) {
        self.other = other
        self.passes = passes
        self.through = through
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard passes(bytes) else { return context.close(promise: nil) }
        if let bytes = through(bytes) { other.writeAndFlush(bytes, promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
