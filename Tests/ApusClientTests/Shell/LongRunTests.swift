import ApusTestKit
import ApusWire
import NIOConcurrencyHelpers
import Testing

@testable import ApusClient

/// What a client keeps while it is away for days.
@Suite(.timeLimit(.minutes(3)))
struct LongRunTests {
    private struct NoToken: Error {}

    /// As many rounds as there are in hours of trying every twenty seconds; a change of the network begins each at once.
    private static func fail(_ client: ApusClient, rounds: Int) async throws {
        try await within(.seconds(120), what: "\(rounds) failed rounds") {
            var round = 0
            for await status in client.status {
                guard case .reconnecting(.some) = status.connection else { continue }
                round += 1
                if round == rounds { return }
                client.networkChanged()
            }
        }
    }

    private static func kept(_ client: ApusClient) async throws -> [Int] {
        try await client.ask { shell, then in
            let requests = shell.requests
            then(.success([shell.lines.count, requests.idle.count, requests.busy, requests.waiting.count]))
        }
    }

    @Test func `a thousand attempts that nobody answers leave nothing behind`() async throws {
        let cutter = try await Cutter(to: 1)
        cutter.refuse(true)
        let client = try ApusClient(url: cutter.url) { "token" }
        // Away from the beginning: with a position, as somebody who was there before.
        try await client.ask { shell, then in
            shell.tell(.snapshotTaken)
            then(.success(()))
        }
        try await Self.fail(client, rounds: 350)
        #expect(try await Self.kept(client) == [0, 0, 0, 0])
        await client.close()
        await cutter.stop()
    }

    @Test func `a thousand attempts without credentials leave nothing behind`() async throws {
        let asked = NIOLockedValueBox(0)
        let client = try ApusClient(url: "http://127.0.0.1:1") {
            asked.withLockedValue { $0 += 1 }
            throw NoToken()
        }
        try await client.ask { shell, then in
            shell.tell(.snapshotTaken)
            then(.success(()))
        }
        try await Self.fail(client, rounds: 350)
        #expect(asked.withLockedValue { $0 } > 1_000)
        #expect(try await Self.kept(client) == [0, 0, 0, 0])
        await client.close()
    }

    /// Each attempt would otherwise leave one more question that nobody waits for.
    @Test func `credentials that do not come are asked for once at a time`() async throws {
        let asked = NIOLockedValueBox(0)
        let client = try ApusClient(url: "http://127.0.0.1:1") {
            asked.withLockedValue { $0 += 1 }
            try await Task.sleep(for: .seconds(3_600))  // never comes: the task is cancelled long before
            return "token"
        }
        try await client.ask { shell, then in
            shell.tell(.snapshotTaken)
            then(.success(()))
        }
        let waiting = try await client.ask { shell, then in
            for _ in 0..<350 {
                for number in shell.lines.keys { shell.ended(number, .lost) }
                shell.tell(.networkChanged)
            }
            then(.success((shell.tokenWaiters.count, shell.lines.count, shell.ladder.lastNumber)))
        }
        #expect(waiting.2 > 300)
        // The snapshot that was not taken waits, too.
        #expect(waiting.0 == waiting.1 + 1 && waiting.1 <= 3)
        #expect(asked.withLockedValue { $0 } <= 3)  // on a slow machine it takes longer than one question may
        await client.close()
    }
}
