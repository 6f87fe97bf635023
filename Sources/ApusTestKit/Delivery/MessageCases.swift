import ApusCore
import ApusServer
import ApusWire

/// What becomes of a message after it was posted.
let messageCases: [DeliveryCase] = [
    DeliveryCase("edits, reactions and deletions come, and what is deleted comes to nobody any more", body: lives),
    DeliveryCase(
        "edits, reactions and deletions come, also from the disk", adjust: { $0.hub.ringEvents = 16 }, body: lives),

    DeliveryCase(
        "where history begins with joining, nothing is heard of messages from before", body: hearsOfOwnTimeOnly),
    DeliveryCase(
        "where history begins with joining, nothing is heard of messages from before, also from the disk",
        adjust: { $0.hub.ringEvents = 16 }, body: hearsOfOwnTimeOnly),

    DeliveryCase("one's settings come to oneself, on every stream, and to nobody else") { server, transport in
        let users = try await server.threeInTwoRooms()
        let start = try server.head()
        let live = [server.stream(transport, as: users[0]), server.stream(transport, as: users[1])]
        for stream in live { try await stream.start() }
        try await users[0].run(["op": "settings.update", "name": "theme", "value": ["dark": true]])
        try await users[0].run(["op": "settings.update", "room": "hall", "notifications": "none"])
        let last = try await users[1].post("hall", "the end")
        let cursor = await server.cursor(start)
        let late = users.prefix(2).map { server.stream(transport, as: $0, StreamOptions(cursor: cursor)) }
        for (index, stream) in (live + late).enumerated() {
            let user = users[index % 2]
            let events = try await stream.collectEvents(through: last)
            try server.verify(events, are: user, after: start, through: last)
            let data = events.filter { $0.type == "settings.updated" }.map(\.data)
            let expected: [JSONObject] = [
                ["name": "theme", "value": ["dark": true]], ["room": "hall", "notifications": "none"],
            ]
            try require(
                data == (user.name == "alice" ? expected : []), "\(user.name) got the settings \(data)")
        }
        let sync = try await TestClient(users[0].address).get("/v1/sync").body
        try require(sync["settings"] == ["theme": ["dark": true]], "the settings of \(quoted(sync))")
        let levels = sync["rooms"]?.array?.map { "\($0["room"]?.string ?? "") \($0["notifications"]?.string ?? "")" }
        try require(levels == ["hall none", "yard all"], "the rooms of \(quoted(sync))")
    },
]

/// A message from its posting to its deletion.
@Sendable
private func lives(_ server: TestServer, _ transport: Transport) async throws {
    let users = try await server.threeInTwoRooms()
    let start = try server.head()
    let live = server.stream(transport, as: users[2])
    try await live.start()
    let about: JSONObject = ["room": "hall", "number": 1]
    try await users[0].post("hall", "a secret for @carol")
    try await users[0].change("message.edit", about, ["text": "another secret for @all and @bob"])
    try await users[1].change("reaction.add", about, ["emoji": "👍"])
    try await users[2].change("reaction.add", about, ["emoji": "👍"])
    let before = try await users[1].change("reaction.remove", about, ["emoji": "👍"])
    let events = try await live.collectEvents(through: before)
    try server.verify(events, are: users[2], after: start, through: before)
    let types = ["message.created", "message.updated", "reaction.added", "reaction.added", "reaction.removed"]
    try require(events.map(\.type) == types, "\(types), but \(events.map(\.type)) came")
    try require(events[0].data["mentions"] == [.string(users[2].id)], "the mention in \(events[0])")
    try require(events[1].data["mentions"] == ["all", .string(users[1].id)], "the mentions in \(events[1])")
    let shown = try await users[2].history("hall")[0]
    try require(shown["text"] == "another secret for @all and @bob", "the edited text, not \(quoted(shown))")
    try require(
        shown["reactions"] == [["emoji": "👍", "count": 1, "users": [.string(users[2].id)]]],
        "the reactions of \(quoted(shown))")

    let deletion = try await users[0].change("message.delete", about)
    try server.verify(
        try await live.collectEvents(through: deletion), are: users[2], after: before, through: deletion)
    let last = try await users[0].flood("hall", 20)
    let late = server.stream(transport, as: users[2], StreamOptions(cursor: await server.cursor(start)))
    let read = try await late.collectEvents(through: last)
    try server.verify(read, are: users[2], after: start, through: last)
    try require(!read.contains { "\($0)".contains("secret") }, "the text is read again")
    let purged = read.filter { $0.data["purged"] == true }.map { $0.seq - start }
    try require(purged == [1, 2], "the first two events purged, not \(purged)")
    let tombstone = try await users[2].history("hall")[0]
    try require(tombstone["purged"] == true && tombstone["text"] == nil, "a tombstone, not \(quoted(tombstone))")
    try require(tombstone["seq"]?.integer == deletion, "the seq of its deletion in \(quoted(tombstone))")
}

@Sendable
private func hearsOfOwnTimeOnly(_ server: TestServer, _ transport: Transport) async throws {
    let (alice, bob) = (try await server.user("alice"), try await server.user("bob"))
    try await alice.run(["op": "room.create", "kind": "public", "room": "hall", "history": "joined"])
    try await alice.post("hall", "before")
    let start = try server.head()
    let live = server.stream(transport, as: bob)
    try await live.start()
    try await bob.join("hall")
    try await alice.post("hall", "after")
    for number in [1, 2] as [JSONValue] {
        let about: JSONObject = ["room": "hall", "number": number]
        try await alice.change("message.edit", about, ["text": "edited"])
        try await alice.change("reaction.add", about, ["emoji": "👍"])
        try await alice.change("reaction.remove", about, ["emoji": "👍"])
    }
    for op in ["message.delete", "reaction.add", "message.post"] {
        let answer = try await bob.ask([
            "op": .string(op), "room": "hall", "number": 1, "reply_to": 1, "emoji": "👍", "text": "Why?",
        ])
        try require(answer.body["code"] == "no_such_message", "\(op) was answered \(quoted(answer.body))")
    }
    try await alice.change("message.delete", ["room": "hall", "number": 1])
    let last = try await alice.flood("hall", 20)
    let expected = ["member.joined", "message.created", "message.updated", "reaction.added", "reaction.removed"]
    let late = server.stream(transport, as: bob, StreamOptions(cursor: await server.cursor(start)))
    for stream in [live, late] {
        let events = try await stream.collectEvents(through: last)
        try server.verify(events, are: bob, after: start, through: last)
        try require(events.dropLast(20).map(\.type) == expected, "\(expected), but \(events.map(\.type)) came")
        try require(events[2].data["number"] == 2, "the edit of the second message, not \(events[2])")
    }
    let numbers = try await bob.history("hall").map { $0["number"]?.integer }
    try require(numbers == Array(2...22), "the messages from joining on, not \(numbers)")
}

extension TestUser {
    /// A command with the fields of both; its seq.
    @discardableResult
    func change(_ op: String, _ about: JSONObject, _ more: JSONObject = [:]) async throws -> Int64 {
        var command = about
        for member in more.members { command[member.name] = member.value }
        command["op"] = .string(op)
        guard let seq = try await run(.object(command))["seq"]?.integer else {
            throw DeliveryFailure("a reply without \"seq\" came to \(quoted(.object(command)))")
        }
        return seq
    }

    func history(_ room: String) async throws -> [JSONValue] {
        try await TestClient(address).get("/v1/rooms/\(room)/messages?limit=200").body["messages"]?.array ?? []
    }
}
