import ApusCore
import ApusServer
import NIOConcurrencyHelpers

/// A random life of a whole server, held against the model and the log.
package struct ModelRun: Sendable {
    package let seed: UInt64
    package let duration: Duration

    package init(seed: UInt64, duration: Duration) {
        self.seed = seed
        self.duration = duration
    }

    /// Plays it; returns how much happened, for people.
    package func play() async throws -> String {
        let story = NIOLockedValueBox("")
        try await TestServer.run({ $0.hub.ringEvents = 32 }) { server in
            let told = try await play(on: server)
            story.withLockedValue { $0 = told }
        }
        return story.withLockedValue(\.self)
    }

    private func play(on server: TestServer) async throws -> String {
        let model = ChatModel()
        let deadline = Deadline.within(duration)
        let end = NIOLockedValueBox<Int64?>(nil)
        let users = try await server.users(["alice", "bob", "carol", "dave"])
        let start = await server.cursor(0)
        let readers = users.enumerated().map { index, user in
            ModelReader(user, server: server, cursor: start, seed: seed &+ 100 &+ UInt64(index))
        }
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for reader in readers {
                group.addTask {
                    try await reader.read { end.withLockedValue(\.self) }
                    return 0
                }
            }
            group.addTask {
                let restarts = try await restart(server, until: deadline)
                return -restarts
            }
            group.addTask {
                try await withThrowingTaskGroup(of: Int.self) { actors in
                    for (index, user) in users.enumerated() {
                        let actor = ModelUser(
                            user, among: users, server: server, model: model, seed: seed &+ UInt64(index))
                        actors.addTask { try await actor.live(until: deadline) }
                    }
                    let commands = try await actors.reduce(0, +)
                    try end.withLockedValue { $0 = try server.head() }
                    return commands
                }
            }
            return try await group.reduce(into: (commands: 0, restarts: 0)) { total, count in
                if count < 0 { total.restarts -= count } else { total.commands += count }
            }
        }
        let facts = try model.facts()
        let head = try server.head()
        let stored = try LogReader(folder: server.folder).events().map(ChatModel.Fact.init)
        try require(stored == facts, "the log holds the \(facts.count) facts of the model, but it is \(stored.count)")
        var opened: [Transport: Int] = [:]
        for (user, reader) in zip(users, readers) {
            let events = await reader.events
            try server.verify(events, are: user, after: 0, through: head)
            let seen = ChatModel.visible(facts, to: user.id)
            try require(events.map(ChatModel.Fact.init) == seen, "\(user.name) saw what the model says")
            opened.merge(await reader.opened, uniquingKeysWith: +)
        }
        let streams = opened.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")
        return "\(counts.commands) commands, \(facts.count) events, \(counts.restarts) restarts, streams: \(streams)"
    }

    /// Stops and starts the server again and again, each time when something has happened.
    private func restart(_ server: TestServer, until deadline: Deadline) async throws -> Int {
        var random = SeededGenerator(seed: seed &+ 1000)
        var restarts = 0
        while true {
            let next = try server.head() + .random(in: 100...600, using: &random)
            while try server.head() < next {
                if deadline.hasPassed { return restarts }
                try await Task.sleep(for: .milliseconds(20))
            }
            try await server.restart()
            restarts += 1
        }
    }
}
