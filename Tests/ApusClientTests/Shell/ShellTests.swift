import ApusClient
import ApusTestKit
import ApusWire
import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

/// The client against the real server, in one process.
@Suite(.timeLimit(.minutes(3)))
struct ShellTests {
    private static func client(_ url: String, _ user: TestUser, file: String? = nil) throws -> ApusClient {
        let token = user.address.token ?? ""
        return try ApusClient(url: url, file: file) { token }
    }

    /// Alice's client behind a cutter, and Bob beside it; both in a room.
    private static func scene(
        file: String? = nil, _ body: (ApusClient, TestUser, Cutter, TestServer) async throws -> Void
    ) async throws {
        try await TestServer.run { server in
            let users = try await server.users(["alice", "bob"])
            try await users[0].create("general")
            try await users[1].join("general")
            let cutter = try await Cutter(to: server.port)
            let client = try Self.client(cutter.url, users[0], file: file)
            do {
                try await client.waits(for: "the first connection") { $0.transport != nil }
                try await body(client, users[1], cutter, server)
            } catch {
                await client.close()
                await cutter.stop()
                throw error
            }
            await client.close()
            await cutter.stop()
        }
    }

    @Test func `a message comes, and one that is posted is on the disk`() async throws {
        try await Self.scene { client, bob, _, server in
            try await bob.post("general", "hello")
            #expect(try await client.messages(1).map(\.text) == ["hello"])
            let posted = try await client.post("hi", to: "general")
            #expect(posted.number == 2)
            let head = try server.head()
            #expect(head >= posted.seq)
            #expect(try await client.messages(1).map(\.text) == ["hi"])
        }
    }

    @Test func `the same id is the same message`() async throws {
        try await Self.scene { client, _, _, _ in
            let first = try await client.post("once", to: "general", id: "only-one")
            let second = try await client.post("once", to: "general", id: "only-one")
            #expect(second.seq == first.seq)
            #expect(second.isRepeated)
            let history = try await client.history(of: "general")
            #expect(history.messages.map(\.text) == ["once"])
        }
    }

    @Test func `what the server refuses is thrown, and what stands behind it goes on`() async throws {
        try await Self.scene { client, _, _, _ in
            let bad = Task { try await client.post("", to: "general") }
            let good = Task { try await client.post("good", to: "general") }
            await #expect(throws: Refusal.self) { try await bad.value }
            let number = try await good.value.number
            #expect(number == 1)
            let unsent = try await client.unsent
            #expect(unsent.isEmpty)
        }
    }

    @Test func `without an upgrade it goes another way, and climbs when it can`() async throws {
        try await TestServer.run { server in
            let alice = try await server.user("alice")
            try await alice.create("general")
            let cutter = try await Cutter(to: server.port)
            cutter.dropUpgrades(true)
            let client = try Self.client(cutter.url, alice)
            try await client.waits(for: "SSE") { $0.transport == .sse }
            try await client.post("over POST", to: "general")
            #expect(try await client.messages(1).map(\.text) == ["over POST"])
            cutter.dropUpgrades(false)
            try await client.waits(for: "WebSocket") { $0.transport == .webSocket }
            try await client.post("over WebSocket", to: "general")
            #expect(try await client.messages(1).map(\.text) == ["over WebSocket"])
            await client.close()
            await cutter.stop()
        }
    }

    /// So that it is not tried again soon, as after any other loss.
    @Test func `a WebSocket whose frames come spoiled ends as broken`() async throws {
        try await TestServer.run { server in
            let alice = try await server.user("alice")
            let cutter = try await Cutter(to: server.port)
            cutter.spoilFrames(true)
            let endpoint = try Endpoint(cutter.url)
            let token = alice.address.token ?? ""
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let ended = loop.makePromise(of: Ladder.End.self)
            let port = try await loop.submit {
                let port = WebSocketPort(endpoint, on: loop, "/v1/stream", token: token) { incoming in
                    if case .ended(let end, _) = incoming { ended.succeed(end) }
                }
                return NIOLoopBound(port, eventLoop: loop)
            }.get()
            #expect(try await ended.futureResult.get() == .close(1002))
            try await loop.submit { port.value.close() }.get()
            await cutter.stop()
        }
    }

    @Test func `a post that is cut off before its answer happens once`() async throws {
        try await Self.scene { client, _, cutter, server in
            cutter.swallow(after: 0)
            async let posted = client.post("through the dark", to: "general")
            try await eventually("the post to reach the server") { try server.head() >= 4 }
            cutter.swallow(after: nil)
            cutter.cut()
            #expect(try await posted.number == 1)
            #expect(try await client.history(of: "general").messages.count == 1)
        }
    }

    @Test func `an unsent message outlives the program, and so does the position`() async throws {
        let file = NSTemporaryDirectory() + "apus-client-\(UUID().uuidString.prefix(8))"
        defer { for end in ["", ".lock", ".new"] { try? FileManager.default.removeItem(atPath: file + end) } }
        try await TestServer.run { server in
            let users = try await server.users(["alice", "bob"])
            try await users[0].create("general")
            try await users[1].join("general")
            let cutter = try await Cutter(to: server.port)
            let first = try Self.client(cutter.url, users[0], file: file)
            try await first.waits(for: "the first connection") { $0.transport != nil }
            let begun = try String(contentsOfFile: file, encoding: .utf8)
            #expect(begun.contains(#""cursor":"#), "a program that is killed now goes on from here")
            for text in ["one", "two"] { try await users[1].post("general", text) }
            let iterator = first.events.makeAsyncIterator()
            for text in ["one", "two"] { #expect(try await iterator.next()?.data["text"]?.string == text) }
            cutter.refuse(true)
            cutter.cut()
            let unsent = Task { try await first.post("later", to: "general", id: "later-1") }
            try await first.waits(for: "the message in the outbox") { $0.waiting == 1 }
            #expect(throws: ClientError.self) { try Self.client(cutter.url, users[0], file: file) }
            await first.close()
            await #expect(throws: ClientError.self) { try await unsent.value }
            try await users[1].post("general", "three")
            cutter.refuse(false)

            let second = try Self.client(cutter.url, users[0], file: file)
            // Nobody has asked for what follows "two", so it was not done.
            #expect(try await second.messages(3).map(\.text) == ["two", "three", "later"])
            await second.close()
            await cutter.stop()
        }
    }

    @Test func `a loop that does not read bounds what is kept, and misses nothing`() async throws {
        try await Self.scene { client, bob, _, server in
            let last = try await bob.flood("general", 2_500)
            _ = try await within(what: "the client to have passed it all") {
                // Its own message comes after the flood on the same stream.
                try await client.post("after the flood", to: "general")
            }
            let messages = try await client.messages(2_501, .seconds(60))
            #expect(messages.map(\.number) == Array(1...2_501))
            let head = try server.head()
            #expect(head > last)
        }
    }

    /// A request of its own that was given up may reach the server after the next one.
    @Test func `a stream that is replaced by its own zombie is opened again`() async throws {
        try await Self.scene { client, bob, cutter, _ in
            let stream = try #require(cutter.requests.last { $0.contains("client=") })
            let id = try #require(stream.split(separator: "client=").last?.prefix { $0 != "&" && $0 != " " })
            let token = stream.split(separator: "Bearer ").last?.prefix { !$0.isNewline } ?? ""
            var alice = bob.address
            alice.token = String(token)
            var options = StreamOptions()
            options.client = String(id)
            let zombie = TestStream(server: alice, transport: .webSocket, options: options)
            _ = try await zombie.next()
            _ = try await zombie.ending(within: .seconds(30))  // the client's next stream has replaced it
            try await bob.post("general", "still here?")
            #expect(try await client.messages(1).map(\.text) == ["still here?"])
        }
    }

    @Test func `rooms follow the events`() async throws {
        try await Self.scene { client, bob, _, _ in
            #expect(try await client.rooms.map(\.unread) == [0])
            try await bob.post("general", "one")
            _ = try await client.messages(1)
            #expect(try await client.rooms.map(\.unread) == [1])
            try await bob.create("other")
            try await client.join("other")
            try await eventually("the other room") {
                try await client.rooms.map(\.id).sorted() == ["general", "other"]
            }
            try await client.leave("other")
            try await eventually("it to be left") { try await client.rooms.map(\.id) == ["general"] }
        }
    }

    /// There, receipts tell of all members together, and so not of one's own other devices.
    @Test func `a room of more than 50 is read when one has read it`() async throws {
        try await Self.scene { client, bob, _, server in
            for user in try await server.users((0..<49).map { "member-\($0)" }) { try await user.join("general") }
            for text in ["one", "two"] { try await bob.post("general", text) }
            _ = try await client.messages(2)
            #expect(try await client.rooms.map(\.unread) == [2])
            try await client.read(1, in: "general")
            #expect(try await client.rooms.map(\.unread) == [1])
            try await client.read(2, in: "general")
            #expect(try await client.rooms.map(\.unread) == [0])
            // Who reads an older message once more has not unread the newer one.
            try await client.read(1, in: "general")
            #expect(try await client.rooms.map(\.unread) == [0])
        }
    }

    @Test func `credentials that are refused wait for new ones`() async throws {
        try await TestServer.run { server in
            let alice = try await server.user("alice")
            let token = NIOLockedValueBox("apus_wrong")
            let client = try ApusClient(url: "http://127.0.0.1:\(server.port)") { token.withLockedValue { $0 } }
            try await client.waits(for: "the refusal") { $0.connection == .needsCredentials }
            token.withLockedValue { $0 = alice.address.token ?? "" }
            client.signedIn()
            try await client.waits(for: "the connection") { $0.transport != nil }
            await client.close()
        }
    }

    @Test(arguments: ["", "chat.example.org", "ftp://chat.example.org", "https://", "http://h/?a=b"])
    func `an address that is none is refused`(_ url: String) throws {
        #expect(throws: ClientError.self) { try ApusClient(url: url) { "" } }
    }
}
