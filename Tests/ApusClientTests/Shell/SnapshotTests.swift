import ApusTestKit
import ApusWire
import Testing

@testable import ApusClient

@Suite(.timeLimit(.minutes(3)))
struct SnapshotTests {
    /// Where tokens and answers are slow a second one is asked for before the first has come, and then both come.
    @Test func `a snapshot that comes when nobody waits for it any more changes nothing`() async throws {
        try await TestServer.run { server in
            let alice = try await server.user("alice")
            try await alice.create("general")
            let token = alice.address.token ?? ""
            let client = try ApusClient(url: "http://127.0.0.1:\(server.port)") { token }
            try await client.waits(for: "the first connection") { $0.transport != nil }
            try await alice.post("general", "before")
            let before = try await client.rooms  // the stream has brought nothing to the loop yet
            #expect(before.map(\.id) == ["general"])
            try await client.ask { shell, then in
                shell.takeSnapshot()
                then(.success(()))
            }
            // Asked after it, on the same connections.
            _ = try await client.get("/v1/sync")
            _ = try await client.get("/v1/sync")
            try await alice.post("general", "after")
            #expect(try await client.messages(2).map(\.text) == ["before", "after"])
            await client.close()
        }
    }
}
