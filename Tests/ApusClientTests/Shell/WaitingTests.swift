import ApusTestKit
import ApusWire
import NIOConcurrencyHelpers
import Testing

@testable import ApusClient

/// Whoever waits for the client is told in the end: also when the task that waits is cancelled, or the client closed.
@Suite(.timeLimit(.minutes(3)))
struct WaitingTests {
    /// Whether a task has ended, for those that might never.
    private static func watch(_ task: Task<Void, any Error>) -> NIOLockedValueBox<(any Error)?> {
        let end = NIOLockedValueBox<(any Error)?>(nil)
        Task {
            do { try await task.value } catch { end.withLockedValue { $0 = error } }
        }
        return end
    }

    private static func scene(_ body: (ApusClient, TestUser, Cutter) async throws -> Void) async throws {
        try await TestServer.run { server in
            let alice = try await server.user("alice")
            try await alice.create("general")
            let cutter = try await Cutter(to: server.port)
            let token = alice.address.token ?? ""
            let client = try ApusClient(url: cutter.url) { token }
            do {
                try await client.waits(for: "the first connection") { $0.transport != nil }
                try await body(client, alice, cutter)
            } catch {
                await client.close()
                await cutter.stop()
                throw error
            }
            await client.close()
            await cutter.stop()
        }
    }

    @Test func `a loop over the events that is cancelled ends, and the next one goes on`() async throws {
        try await Self.scene { client, alice, _ in
            for turn in 0..<200 {
                let loop = Task { for try await _ in client.events {} }
                // Before it has asked, while it asks, or when it waits.
                for _ in 0..<(turn % 8) { await Task.yield() }
                loop.cancel()
                let end = Self.watch(loop)
                try await eventually("the loop that was cancelled to end", .seconds(10)) {
                    end.withLockedValue { $0 is CancellationError }
                }
            }
            try await alice.post("general", "still here")
            #expect(try await client.messages(1).map(\.text) == ["still here"])
        }
    }

    @Test func `a question ends with the task that asks it, and with the client`() async throws {
        try await Self.scene { client, _, cutter in
            cutter.swallow(after: 0)
            let task = Task { _ = try await client.history(of: "general") }
            let (cancelled, closed) = (Self.watch(task), Self.watch(Task { _ = try await client.get("/v1/rooms") }))
            try await eventually("the question to be on its way") {
                cutter.requests.contains { $0.contains("/messages") }
            }
            task.cancel()
            try await eventually("the question to end with its task", .seconds(10)) {
                cancelled.withLockedValue { $0 is CancellationError }
            }
            #expect(closed.withLockedValue { $0 } == nil)
            await client.close()
            try await eventually("the other one to end with the client", .seconds(10)) {
                closed.withLockedValue { ($0 as? ClientError)?.code == .closed }
            }
            await #expect(throws: ClientError.self) { try await client.get("/v1/rooms") }
        }
    }

    @Test func `who no longer watches is forgotten`() async throws {
        try await Self.scene { client, _, _ in
            for _ in 0..<1_000 {
                _ = client.status
                _ = client.signals
            }
            try await eventually("nobody to watch", .seconds(10)) {
                try await client.ask { shell, then in
                    then(.success(shell.readers.status.count + shell.readers.signals.count))
                } == 0
            }
        }
    }
}
