import ApusChat
import ApusCore
import ApusServer
import ApusWire

/// Catch-up, live delivery and slow readers, all at once.
let raceCases: [DeliveryCase] = [
    DeliveryCase("readers opening anywhere while posts flow get the log", adjust: { $0.hub.ringEvents = 16 }) {
        server, transport in
        let users = try await server.threeInTwoRooms()
        try await users[1].flood("hall", 40)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for user in users {
                group.addTask {
                    for round in 0..<12 {
                        try await user.flood(round % 4 == 3 && user.name != "carol" ? "yard" : "hall", 6)
                    }
                }
            }
            let readers = (0..<8).map { index in
                Task {
                    let user = users[index % 3]
                    try await server.until("the log has grown") { try $0.head() >= Int64(45 + index * 15) }
                    let start = Int64.random(in: 0...(try server.head()))
                    let options = StreamOptions(
                        cursor: await server.cursor(start), limit: index % 2 == 0 ? nil : .random(in: 1...20))
                    let stream = server.stream(transport, as: user, options)
                    let events = try await stream.collectEvents(
                        until: { $0.data["text"] == "the end" }, within: .seconds(30))
                    try server.verify(events, are: user, after: start, through: events.last?.seq ?? 0)
                    try await stream.abort()
                }
            }
            try await group.waitForAll()
            try await users[0].post("hall", "the end")
            for reader in readers { try await reader.value }
        }
    },

    DeliveryCase(
        "a reader that stops reading catches up", needs: [.stalls],
        adjust: {
            $0.chat.textLength = 0
            $0.hub.ringEvents = 8
        }
    ) { server, transport in
        let users = try await server.threeInTwoRooms()
        let stream = server.stream(transport, as: users[0])
        try await stream.start()
        let start = try server.head()
        try await stream.setReading(false)
        var posted = 0
        while await server.instruments.slowReaders.total == 0 || posted % 10 != 0 {
            try await users[1].post("hall", String(repeating: "slow ", count: 8000))
            posted += 1
            try require(posted < 400, "a reader noticed to be slow within \(posted) posts")
        }
        try await users[2].type(in: "hall")
        let other = server.stream(transport, as: users[2], StreamOptions(cursor: await server.cursor(start)))
        let head = try server.head()
        try server.verify(
            try await other.collectEvents(through: head, within: .seconds(20)), are: users[2], after: start,
            through: head)
        try await stream.setReading(true)
        let last = try await users[1].post("hall", "the end")
        let carol = users[2].id
        try server.verify(
            try await stream.collectEvents(through: last, within: .seconds(20)), are: users[0], after: start,
            through: last)
        try await users[2].type(in: "hall", false)
        _ = try await stream.signal { $0.type == "typing" && $0.user == carol && $0.value == false }
    },
]
