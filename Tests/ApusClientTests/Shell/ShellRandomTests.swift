import ApusClient
import ApusTestKit
import ApusWire
import Foundation
import NIOConcurrencyHelpers
import Testing

/// A client behind a network that is cut, refuses and drops upgrades, before a server that is restarted, in a program that
/// is restarted, too.
@Suite(.timeLimit(.minutes(5)))
struct ShellRandomTests {
    /// What one run of the program has seen and said.
    private final class Run: Sendable {
        let client: ApusClient
        let loop: Task<Void, any Error>
        let seen: NIOLockedValueBox<[Event]>
        /// For the message of a failure.
        let statuses = NIOLockedValueBox<[String]>([])

        init(_ client: ApusClient, _ seen: NIOLockedValueBox<[Event]>) {
            self.client = client
            self.seen = seen
            let statuses = statuses
            Task {
                for await status in client.status { statuses.withLockedValue { $0.append("\(status.connection)") } }
            }
            loop = Task {
                // The one that a program was busy with when it ended was not done, and comes again: no other does.
                var mayBeRepeated = seen.withLockedValue(\.last?.seq)
                do {
                    for try await event in client.events {
                        if event.seq != mayBeRepeated { seen.withLockedValue { $0.append(event) } }
                        mayBeRepeated = nil
                    }
                } catch {
                    statuses.withLockedValue { $0.append("the loop ended: \(error)") }
                    throw error
                }
            }
        }

        var said: [String] { statuses.withLockedValue { $0.suffix(12) } }

        func end() async throws {
            await client.close()
            try await loop.value
        }
    }

    @Test func `nothing is lost, nothing doubled, nothing out of order`() async throws {
        var random = Seed("a client in chaos")
        let steps = 30
        let file = NSTemporaryDirectory() + "apus-client-\(UUID().uuidString.prefix(8))"
        defer { for end in ["", ".lock", ".new"] { try? FileManager.default.removeItem(atPath: file + end) } }
        try await TestServer.run { server in
            let users = try await server.users(["alice", "bob"])
            try await users[0].create("general")
            try await users[1].join("general")
            let cutter = try await Cutter(to: server.port)
            let start = try server.head()
            let seen = NIOLockedValueBox<[Event]>([])
            let token = users[0].address.token ?? ""
            let open = { @Sendable in Run(try ApusClient(url: cutter.url, file: file) { token }, seen) }
            var run = try open()
            try await run.client.waits(for: "the first connection") { $0.transport != nil }
            var said = 0
            var happened: [Int] = []
            var isSwallowing = false
            for step in 0..<steps {
                for _ in 0..<random.below(4) {
                    said += 1
                    let (client, text) = (run.client, "mine \(said)")
                    // One actor, so that they are said in this order.
                    Task { @MainActor in try await client.post(text, to: "general", id: text) }
                }
                try await users[1].post("general", "his \(step)")
                let fate = random.below(8)
                happened.append(fate)
                switch fate {
                case 0: cutter.cut()
                case 1: cutter.dropUpgrades(random.chance(0.5))
                case 2:
                    cutter.refuse(true)
                    cutter.cut()
                case 3:
                    cutter.swallow(after: random.below(20_000))
                    isSwallowing = true
                case 4: try await server.restart()
                case 5:
                    await MainActor.run {}  // all that is to be said is in the outbox
                    try await run.end()
                    run = try open()
                default: break
                }
                if random.chance(0.7) {
                    cutter.refuse(false)
                    cutter.swallow(after: nil)
                    // Half a minute of silence is another test's matter.
                    if isSwallowing { cutter.cut() }
                    isSwallowing = false
                    let last = "his \(step)"
                    try await eventually(
                        "\(last) to come; \(happened), \(run.said)", .seconds(60)
                    ) {
                        seen.withLockedValue { $0.contains { $0.data["text"]?.string == last } }
                    }
                }
            }
            cutter.refuse(false)
            cutter.dropUpgrades(false)
            cutter.swallow(after: nil)
            cutter.cut()
            await MainActor.run {}
            try await run.client.waits(for: "an empty outbox", .seconds(60)) { $0.transport != nil && $0.waiting == 0 }
            let end = try server.head()
            try await eventually("the last event; \(happened), \(run.said)", .seconds(60)) {
                seen.withLockedValue { $0.last?.seq ?? 0 } >= end
            }
            try await run.end()
            try server.verify(seen.withLockedValue { $0 }, are: users[0], after: start, through: end)
            let mine = try server.log(visibleTo: users[0]).compactMap { $0.data["text"]?.string }
                .filter { $0.hasPrefix("mine") }
            #expect(mine == (0..<said).map { "mine \($0 + 1)" })
            await cutter.stop()
        }
    }
}
