import ApusCore
import ApusServer
import ApusTestKit
import ApusTransports
import Dispatch
import Glibc
import NIOCore
import Testing

/// Long answers on their way to clients that take them slowly, or not at all.
struct SlowClientTests {
    /// A client's socket, blocking, that has asked for eight megabytes: far more than the buffers of a connection.
    private struct Client: Sendable {
        let socket: CInt
        var length = 0

        init(_ user: TestUser, headers: String) throws {
            socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
            var (buffer, patience) = (CInt(16 * 1024), timeval(tv_sec: 20, tv_usec: 0))
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &buffer, socklen_t(MemoryLayout<CInt>.size))
            setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(user.address.port).bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let isConnected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            let request = """
                GET /v1/rooms/long/messages?limit=200 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \
                \(user.address.token ?? "")\r\n\(headers)\r\n
                """
            try #require(isConnected && send(socket, request, request.utf8.count, 0) == request.utf8.count)
            var head = ""
            while !head.hasSuffix("\r\n\r\n") {
                var byte: UInt8 = 0
                try #require(recv(socket, &byte, 1, 0) == 1)
                head.unicodeScalars.append(Unicode.Scalar(byte))
            }
            let found = head.firstMatch(of: /content-length: (\d+)/.ignoresCase())
            length = try #require(found.flatMap { Int($0.1) })
        }

        /// How much of the answer comes to a client that takes a little at a time.
        func take() -> Int {
            var bytes = [UInt8](repeating: 0, count: 64 * 1024)
            var taken = 0
            while taken < length {
                // What makes the client a slow one.
                usleep(5000)
                let count = recv(socket, &bytes, bytes.count, 0)
                if count <= 0 { break }
                taken += count
            }
            return taken
        }
    }

    private func run(_ body: (TestServer, TestUser) async throws -> Void) async throws {
        try await TestServer.run {
            $0.timeouts.idle = .seconds(1)
            $0.timeouts.closing = .seconds(1)
        } _: { server in
            let ada = try await server.user("ada")
            _ = try await ada.create("long")
            for _ in 0..<20 { try await ada.flood("long", 10, of: String(repeating: "🐦", count: 9900)) }
            try await body(server, ada)
        }
    }

    /// Not on the threads of the concurrency pool: the server answers on them, and there may be two.
    private static func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
        }
    }

    @Test(arguments: ["", "Connection: close\r\n"])
    func `a slow client gets the whole of a long answer`(headers: String) async throws {
        try await run { _, ada in
            let (length, taken, time) = try await Self.blocking {
                let client = try Client(ada, headers: headers)
                defer { close(client.socket) }
                let begun = ContinuousClock.now
                return (client.length, client.take(), ContinuousClock.now - begun)
            }
            #expect(length > 7_900_000 && taken == length)
            #expect(time > .seconds(2), "that was not slow")
        }
    }

    @Test(arguments: ["", "Connection: close\r\n"])
    func `a client that takes nothing of a long answer is cut off`(headers: String) async throws {
        try await run { server, ada in
            let client = try await Self.blocking { try Client(ada, headers: headers) }
            defer { close(client.socket) }
            let connections = await server.instruments.connections
            let deadline = ContinuousClock.now + .seconds(15)
            // A gauge tells nobody when it falls.
            while connections.current > 0 {
                try #require(ContinuousClock.now < deadline, "the connection stays")
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }
}
