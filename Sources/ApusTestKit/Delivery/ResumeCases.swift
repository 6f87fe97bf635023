import ApusCore
import ApusServer
import ApusWire

/// Any cursor of the log can be continued, from memory or from the disk.
let resumeCases: [DeliveryCase] = [
    DeliveryCase("every cursor of a log is continued from memory", body: resumeEverywhere),
    DeliveryCase(
        "every cursor of a log is continued from the disk", adjust: { $0.hub.ringEvents = 16 }, body: resumeEverywhere),

    DeliveryCase("a cursor of an earlier start is continued") { server, transport in
        let log = try await MixedLog(on: server)
        let early = await server.cursor(7)
        try await server.restart()
        let middle = await server.cursor(20)
        try require(early.epoch != middle.epoch, "a new epoch after a restart")
        try await server.restart()
        let last = try await log.bob.post("attic", "after two restarts")
        for cursor in [early, middle] {
            let stream = server.stream(transport, as: log.alice, StreamOptions(cursor: cursor))
            let events = try await stream.collectEvents(through: last)
            try server.verify(events, are: log.alice, after: cursor.seq, through: last)
            try await stream.abort()
        }
    },

    DeliveryCase("more says whether to ask again at once", needs: [.acksByCursor]) { server, transport in
        let users = try await server.threeInTwoRooms()
        let last = try await users[1].flood("hall", 12)
        var cursor = await server.cursor(0)
        var events: [Event] = []
        var answers: [Bool] = []
        repeat {
            let wait = transport == .longPoll ? 5 : 0
            let (status, _, body) = try await TestClient(users[0].address)
                .get("/v1/stream?cursor=\(cursor)&limit=5&wait=\(wait)")
            guard status == 200, let next = body["cursor"]?.string.flatMap({ Cursor($0) }),
                let more = body["more"]?.bool
            else { throw DeliveryFailure("a poll was answered \(status): \(quoted(body))") }
            events += try Batch(body).events
            answers.append(more)
            cursor = next
        } while answers.last == true && answers.count < 20
        try server.verify(events, are: users[0], after: 0, through: last)
        try require(cursor.seq == last, "the last answer reaches \(last), not \(cursor.seq)")
        try require(answers.count == 4, "17 events in 4 answers, but it took \(answers.count)")
    },
]

@Sendable
private func resumeEverywhere(_ server: TestServer, _ transport: Transport) async throws {
    let log = try await MixedLog(on: server)
    let head = try server.head()
    for seq in 0...head {
        // Where nothing more is visible a long poll says so only when its time is up.
        let options = StreamOptions(cursor: await server.cursor(seq), limit: seq % 3 == 0 ? 4 : nil, wait: 1)
        let stream = server.stream(transport, as: log.alice, options)
        let events = try await stream.collectEvents(through: head)
        try server.verify(events, are: log.alice, after: seq, through: head)
        try await stream.abort()
    }
}
