import ApusTestKit
import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import ApusTransports

/// On a real connection: what the socket does not take is the point.
struct SocketWriterTests {
    /// The server's end of a connection, on a loop of its own.
    private final class End: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
    }

    private struct Connection {
        let channel: any Channel
        let writer: NIOLoopBound<SocketWriter>
        let context: NIOLoopBound<ChannelHandlerContext>
        /// The client's end, blocking.
        let client: CInt
    }

    private func connect(buffers: CInt? = nil) throws -> Connection {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let accepted = loop.makePromise(of: Connection.self)
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let client = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        if let buffers { set(SO_RCVBUF, to: buffers, of: client) }
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try #require(bind(listener, $0, size) == 0 && listen(listener, 1) == 0)
                try #require(getsockname(listener, $0, &size) == 0)
                try #require(Glibc.connect(client, $0, size) == 0)
            }
        }
        let server = accept(listener, nil, nil)
        let bootstrap = ClientBootstrap(group: loop).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(End()) }
        }
        if let buffers { set(SO_SNDBUF, to: buffers, of: server) }
        let channel = try bootstrap.withConnectedSocket(server).wait()
        loop.execute {
            accepted.completeWith(
                Result {
                    let context = try channel.pipeline.syncOperations.context(handlerType: End.self)
                    return Connection(
                        channel: channel, writer: NIOLoopBound(SocketWriter(context), eventLoop: loop),
                        context: NIOLoopBound(context, eventLoop: loop), client: client)
                })
        }
        return try accepted.futureResult.wait()
    }

    private func set(_ option: CInt, to value: CInt, of descriptor: CInt) {
        var value = value
        setsockopt(descriptor, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    private func read(_ descriptor: CInt, _ count: Int, waits: Bool = true) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = recv(descriptor, &bytes, count, waits ? 0 : CInt(MSG_DONTWAIT))
        return Array(bytes.prefix(max(0, got)))
    }

    @Test func `after the first flush it writes straight to the socket`() throws {
        let connection = try connect()
        defer { close(connection.client) }
        let states = try connection.channel.eventLoop.submit {
            let writer = connection.writer.value
            var states = [writer.isDirect]
            for text in ["one", "two"] {
                writer.write(ByteBuffer(string: text))
                writer.write(ByteBuffer(string: "!"))
                writer.flush()
                states.append(writer.isDirect)
            }
            writer.leaveToChannel()
            states.append(writer.isDirect)
            connection.context.value.writeAndFlush(NIOAny(ByteBuffer(string: "router")), promise: nil)
            writer.write(ByteBuffer(string: "three"))
            writer.flush()
            states.append(writer.isDirect)
            return states
        }.wait()
        #expect(states == [false, true, true, false, true])
        var text = ""
        while text.count < 19 { text += String(decoding: read(connection.client, 100), as: UTF8.self) }
        #expect(text == "one!two!routerthree")
    }

    /// A writer beside it, as the router is, and a client that reads now and then.
    @Test(arguments: 1...20)
    func `whatever the socket takes, everything comes out once and in order`(seed: UInt64) throws {
        let connection = try connect(buffers: 4096)
        defer { close(connection.client) }
        var random = Scrambler(seed: seed)
        var sent = 0
        var received = 0
        var wasHeldUp = false
        func take(waits: Bool) throws {
            let more = read(connection.client, Int.random(in: 1...40_000, using: &random), waits: waits)
            let isRight = more.enumerated().allSatisfy { $0.element == UInt8((received + $0.offset) % 251) }
            try #require(isRight, "wrong after byte \(received)")
            received += more.count
        }
        while sent < 400_000 {
            var steps: [(kind: Int, bytes: ByteBuffer)] = []
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                let count = Int.random(in: 1...(Bool.random(using: &random) ? 300 : 30_000), using: &random)
                // A sequence that does not repeat with any power of two.
                steps.append(
                    (
                        Int.random(in: 0...19, using: &random),
                        ByteBuffer(bytes: (sent..<sent + count).map { UInt8($0 % 251) })
                    ))
                sent += count
            }
            let isDirect = try connection.channel.eventLoop.submit { [steps] in
                let writer = connection.writer.value
                for (kind, bytes) in steps {
                    if kind == 0 {
                        writer.leaveToChannel()
                        connection.context.value.write(NIOAny(bytes), promise: nil)
                    } else {
                        writer.write(bytes)
                    }
                    if kind > 4 { writer.flush() }
                }
                return writer.isDirect
            }.wait()
            if !isDirect { wasHeldUp = true }
            // Sometimes so much that the channel gets rid of all it has.
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                try take(waits: false)
                try connection.channel.eventLoop.submit {}.wait()
            }
        }
        try connection.channel.eventLoop.submit {
            connection.writer.value.leaveToChannel()
            connection.context.value.flush()
        }.wait()
        while received < sent { try take(waits: true) }
        #expect(wasHeldUp)
        let isDirect = try connection.channel.eventLoop.submit {
            connection.writer.value.write(ByteBuffer(string: "last"))
            connection.writer.value.flush()
            return connection.writer.value.isDirect
        }.wait()
        #expect(isDirect, "once all is out, it writes to the socket again")
    }

    /// Its number may be somebody else's connection by then.
    @Test func `nothing is written to the descriptor of a channel that has closed`() throws {
        for _ in 0..<100 {
            let connection = try connect()
            defer { close(connection.client) }
            let other: (mine: CInt, theirs: CInt)? = try connection.channel.eventLoop.submit {
                let writer = connection.writer.value
                writer.write(ByteBuffer(string: "hello"))
                writer.flush()
                try #require(writer.isDirect)
                let number = try #require(
                    try connection.channel.pipeline.syncOperations.withUnsafeTransportIfAvailable {
                        (descriptor: NIOBSDSocket.Handle) in descriptor
                    })
                var pair: [CInt] = [0, 0]
                try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &pair) == 0)
                connection.channel.close(promise: nil)
                let copy = fcntl(pair[0], F_DUPFD, number)
                writer.write(ByteBuffer(string: "secret"))
                writer.flush()
                close(copy)
                close(pair[0])
                if copy == number { return (copy, pair[1]) }
                close(pair[1])
                return nil
            }.wait()
            guard let other else { continue }
            defer { close(other.theirs) }
            #expect(read(other.theirs, 100).isEmpty)
            return
        }
        Issue.record("no closed descriptor's number could be had again")
    }
}
