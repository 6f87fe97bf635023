import ApusCore
import ApusServer
import ApusWire

/// Who is here.
let presenceCases: [DeliveryCase] = [
    DeliveryCase("presence follows streams and their ends") { server, transport in
        let users = try await server.threeInTwoRooms()
        let watcher = server.stream(.webSocket, as: users[0])
        try await watcher.start()
        let stream = server.stream(transport, as: users[1])
        try await stream.start()
        let bob = users[1].id
        _ = try await watcher.signal { $0.type == "presence" && $0.user == bob && $0.value == "online" }
        try await users[1].run(["op": "presence", "state": "away"])
        _ = try await watcher.signal { $0.type == "presence" && $0.user == bob && $0.value == "away" }
        try await stream.abort()
        try await server.until("bob's stream is closed") { await $0.readers <= 1 }
        server.clock.advance(milliseconds: 80_000)
        _ = try await watcher.signal { $0.type == "presence" && $0.user == bob && $0.value == "offline" }
    },

    DeliveryCase("presence of others reaches every transport") { server, transport in
        let users = try await server.threeInTwoRooms()
        let watcher = server.stream(transport, as: users[0])
        try await watcher.start()
        let bobs = server.stream(.sse, as: users[1])
        try await bobs.start()
        let bob = users[1].id
        let online = try await watcher.signal { $0.type == "presence" && $0.user == bob }
        try require(online.value == "online", "bob online, but \(online) came")
    },

    DeliveryCase("who joins while online is seen to be online") { server, transport in
        let users = try await server.threeInTwoRooms()
        let dave = try await server.user("dave")
        let daves = server.stream(.webSocket, as: dave)
        try await daves.start()
        try await dave.create("den")
        _ = try await daves.signal { $0.type == "presence" && $0.user == dave.id }
        let watcher = server.stream(transport, as: users[0])
        try await watcher.start()
        try await dave.join("hall")
        let online = try await watcher.signal { $0.type == "presence" && $0.user == dave.id }
        try require(online.value == "online", "dave online, but \(online) came")
    },

    DeliveryCase("an observer is not seen, and a probe neither") { server, transport in
        let users = try await server.threeInTwoRooms()
        let watcher = server.stream(.webSocket, as: users[0])
        try await watcher.start()
        try await server.stream(transport, as: users[2], StreamOptions(observe: true)).start()
        if transport.isPushed { try await server.stream(transport, as: users[2], StreamOptions(probe: true)).start() }
        let bobs = server.stream(.webSocket, as: users[1])
        try await bobs.start()
        let (bob, carol) = (users[1].id, users[2].id)
        // Two of bob's: carol's would have come at the latest between them.
        for state in ["online", "away"] {
            let seen = try await watcher.signal {
                $0.type == "presence" && ($0.user == carol || $0.user == bob && $0.value == .string(state))
            }
            try require(seen.user == bob, "carol unseen, but \(seen) came")
            try await users[1].run(["op": "presence", "state": "away"])
        }
    },
]

extension TestServer {
    /// Waits until something is so, looking every few milliseconds.
    func until(_ what: String, _ isSo: (TestServer) async throws -> Bool) async throws {
        let deadline = Deadline.within(.seconds(15))
        while try await !isSo(self) {
            if deadline.hasPassed { throw DeliveryFailure("waited 15 s until \(what)") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Open streams and waiting polls, by the server's own count.
    var readers: Int {
        [.webSocket, .sse, .longPoll, .shortPoll].reduce(0) { $0 + instruments.readers($1).current }
    }
}
