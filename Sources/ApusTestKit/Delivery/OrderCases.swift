import ApusChat
import ApusCore
import ApusServer
import ApusWire

/// What arrives is what the log holds: in order, without a gap, nothing twice.
let orderCases: [DeliveryCase] = [
    DeliveryCase("concurrent posts arrive in the order of the log") { server, transport in
        let users = try await server.threeInTwoRooms()
        let start = try server.head()
        let everything = server.stream(transport, as: users[0])
        let half = server.stream(transport, as: users[2])
        try await everything.start()
        try await half.start()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for user in users {
                group.addTask {
                    for number in 1...20 {
                        try await user.post(number % 3 == 0 && user.name != "carol" ? "yard" : "hall", "\(number)")
                    }
                }
            }
            try await group.waitForAll()
        }
        let head = try server.head()
        let all = try await everything.collectEvents(through: head, within: .seconds(20))
        try require(all.count == 60, "60 events for alice, but \(all.count) came")
        try server.verify(all, are: users[0], after: start, through: head)
        try server.verify(
            try await half.collectEvents(through: head, within: .seconds(20)), are: users[2], after: start,
            through: head)
    },

    DeliveryCase("a stream without a cursor starts from now") { server, transport in
        let users = try await server.threeInTwoRooms()
        try await users[1].flood("hall", 3)
        let stream = server.stream(transport, as: users[0])
        try await stream.start()
        let start = try server.head()
        let begins = await stream.cursor
        try require(begins?.seq == start, "a start at the head \(start), not at \(begins.map { "\($0)" } ?? "nothing")")
        try await users[1].post("hall", "first")
        let last = try await users[2].post("hall", "second")
        try server.verify(
            try await stream.collectEvents(through: last), are: users[0], after: start, through: last)
    },

    DeliveryCase("a batch holds at most limit events") { server, transport in
        let users = try await server.threeInTwoRooms()
        let last = try await users[1].flood("hall", 23)
        let stream = server.stream(transport, as: users[0], StreamOptions(cursor: await server.cursor(0), limit: 5))
        var events: [Event] = []
        var cursor: Int64 = 0
        while cursor < last {
            let batch = try await stream.nextBatch()
            try require(batch.events.count <= 5, "at most 5 events, but \(batch.events.count) came")
            (events, cursor) = (events + batch.events, batch.to)
        }
        try server.verify(events, are: users[0], after: 0, through: last)
        let live = try await users[1].flood("hall", 17)
        events = []
        while cursor < live {
            let batch = try await stream.nextBatch()
            try require(batch.events.count <= 5, "at most 5 live events, but \(batch.events.count) came")
            (events, cursor) = (events + batch.events, batch.to)
        }
        try server.verify(events, are: users[0], after: last, through: live)
    },

    DeliveryCase(
        "a batch holds at most 64 KiB, but one event",
        adjust: {
            $0.chat.textLength = 0
            $0.hub.ringBytes = 300 * 1024
        }
    ) { server, transport in
        let users = try await server.threeInTwoRooms()
        let stream = server.stream(transport, as: users[0])
        try await stream.start()
        let start = try server.head()
        for size in [100, 30_000, 30_000, 30_000, 90_000, 10, 60_000, 20_000, 90_000, 90_000] {
            try await users[1].post("hall", String(repeating: "x", count: size))
        }
        let head = try server.head()
        let again = server.stream(transport, as: users[0], StreamOptions(cursor: await server.cursor(start)))
        for reader in [stream, again] {
            var events: [Event] = []
            while events.last?.seq ?? 0 < head {
                let batch = try await reader.nextBatch()
                let bytes = batch.events.reduce(0) { $0 + ($1.data["text"]?.string?.utf8.count ?? 0) }
                try require(
                    bytes <= 64 * 1024 || batch.events.count == 1, "\(batch.events.count) events of \(bytes) bytes")
                events += batch.events
            }
            try server.verify(events, are: users[0], after: start, through: head)
        }
    },
]

extension TestServer {
    /// alice and bob in hall and yard, carol in hall.
    func threeInTwoRooms() async throws -> [TestUser] {
        let users = try await users(["alice", "bob", "carol"])
        try await users[0].create("hall")
        try await users[0].create("yard")
        try await users[1].join("hall")
        try await users[1].join("yard")
        try await users[2].join("hall")
        return users
    }
}
