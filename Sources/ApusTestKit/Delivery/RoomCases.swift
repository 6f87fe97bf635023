import ApusCore
import ApusServer
import ApusWire

/// Rooms that not everybody sees, and members who are brought in and put out by others.
let roomCases: [DeliveryCase] = [
    DeliveryCase("a private room is seen from being added to being removed") { server, transport in
        let (alice, bob) = (try await server.user("alice"), try await server.user("bob"))
        let room = try await alice.createPrivate("Den")
        let live = server.stream(transport, as: bob)
        try await live.start()
        let start = try server.head()
        try await alice.post(room, "unseen 1")
        try await alice.member("add", room, bob)
        try await bob.post(room, "seen 2")
        try await alice.member("remove", room, bob)
        try await alice.post(room, "unseen 3")
        try await alice.member("add", room, bob)
        try await alice.post(room, "seen 4")
        try await alice.member("ban", room, bob)
        try await alice.post(room, "unseen 5")
        let last = try await bob.create("own")
        let expected = [
            "member.joined", "seen 2", "member.left", "member.joined", "seen 4", "member.left", "room.created",
        ]
        let late = server.stream(transport, as: bob, StreamOptions(cursor: await server.cursor(start)))
        for stream in [live, late] {
            let events = try await stream.collectEvents(through: last)
            try server.verify(events, are: bob, after: start, through: last)
            let told = events.map { $0.data["text"]?.string ?? $0.type }
            try require(told == expected, "\(expected), but \(told) came")
        }
    },

    DeliveryCase("who is put out while away sees that and nothing later", adjust: { $0.hub.ringEvents = 2 }) {
        server, transport in
        let (alice, bob) = (try await server.user("alice"), try await server.user("bob"))
        let room = try await alice.createPrivate("Den")
        try await alice.member("add", room, bob)
        let stream = server.stream(transport, as: bob)
        try await stream.start()
        let seen = try await alice.post(room, "seen")
        _ = try await stream.collectEvents(through: seen)
        let cursor = await stream.cursor
        try await stream.abort()
        let left = try await alice.member("remove", room, bob)
        try await alice.flood(room, 5)
        try await server.restart()
        try await alice.flood(room, 5)
        let last = try await bob.create("own")
        let next = server.stream(transport, as: bob, StreamOptions(cursor: cursor))
        let events = try await next.collectEvents(through: last)
        try require(events.map(\.seq) == [left, last], "the leaving and one's own room, but \(events) came")
        try require(events[0].data["user"]?.string == bob.id, "bob's leaving, but \(events[0]) came")
    },

    DeliveryCase("a direct room is there for the others with its first message") { server, transport in
        let (alice, bob) = (try await server.user("alice"), try await server.user("bob"))
        let (alices, bobs) = (server.stream(transport, as: alice), server.stream(transport, as: bob))
        for stream in [alices, bobs] { try await stream.start() }
        let start = try server.head()
        let room = try await alice.direct(bob)
        try await alice.type(in: room)
        let last = try await alice.post(room, "hello")
        for (user, stream, expected) in [
            (alice, alices, ["room.created", "member.joined", "member.joined", "message.created"]),
            (bob, bobs, ["member.joined", "message.created"]),
        ] {
            let events = try await stream.collectEvents(through: last)
            try server.verify(events, are: user, after: start, through: last)
            try require(events.map(\.type) == expected, "\(expected) for \(user.name), but \(events) came")
        }
    },

    DeliveryCase("a private room of others is silent, asked for by name too") { server, transport in
        let users = try await server.users(["alice", "bob", "carol"])
        let room = try await users[0].createPrivate("Den")
        try await users[0].member("add", room, users[1])
        try await users[2].create("own")
        let start = try server.head()
        let named = StreamOptions(cursor: await server.cursor(start), rooms: [room, "own"])
        let streams = [server.stream(transport, as: users[2], named), server.stream(transport, as: users[2])]
        for stream in streams { try await stream.start() }
        let bobs = server.stream(.webSocket, as: users[1])
        try await bobs.start()
        try await users[0].post(room, "secret")
        try await users[1].run(["op": "read", "room": .string(room), "number": 1])
        try await users[1].type(in: room)
        let (alice, bob) = (users[0].id, users[1].id)
        // Everything there is to leak has been told to who may know it, before carol's own signal is.
        try await server.stream(.webSocket, as: users[0]).signals([
            { $0.type == "typing" && $0.user == bob }, { $0.type == "receipt" && $0.user == bob },
            { $0.type == "presence" && $0.user == bob },
        ])
        try await users[2].type(in: "own")
        let last = try await users[2].post("own", "mine")
        for stream in streams {
            var batches: [Batch<Event, Signal>] = []
            while batches.last.map({ $0.to < last }) ?? true || !batches.contains(where: { !$0.signals.isEmpty }) {
                batches.append(try await stream.nextBatch())
            }
            let events = batches.flatMap(\.events).filter { $0.seq > start }
            try require(events.map(\.seq) == [last], "carol's own message, but \(events) came")
            let others = batches.flatMap(\.signals).filter { $0.user == alice || $0.user == bob || $0.room == room }
            try require(others.isEmpty, "no signals of others, but \(others) came")
        }
    },

    DeliveryCase("signals of a private room end with one's being put out") { server, transport in
        let users = try await server.users(["alice", "bob"])
        let (alice, bob) = (users[0], users[1])
        let room = try await alice.createPrivate("Den")
        try await alice.member("add", room, bob)
        try await bob.create("own")
        let stream = server.stream(transport, as: bob)
        try await stream.start()
        try await alice.type(in: room)
        _ = try await stream.signal { $0.type == "typing" && $0.user == alice.id }
        let left = try await alice.member("remove", room, bob)
        try await alice.type(in: room, false)
        try await alice.type(in: room)
        try await bob.type(in: "own")
        let last = try await bob.post("own", "mine")
        var batches: [Batch<Event, Signal>] = []
        let isDone: (Batch<Event, Signal>) -> Bool = { $0.signals.contains { $0.room == "own" && $0.type == "typing" } }
        while batches.last.map({ $0.to < last }) ?? true || !batches.contains(where: isDone) {
            batches.append(try await stream.nextBatch())
        }
        let after = batches.filter { $0.to > left }.flatMap(\.signals).filter { $0.room == room }
        try require(after.isEmpty, "nothing of the room after \(left), but \(after) came")
        let fresh = try await server.stream(transport, as: bob).nextBatch()
        let leaked = fresh.signals.filter { $0.room == room || $0.user == alice.id }
        try require(leaked.isEmpty, "nothing of alice's for bob, but \(leaked) came")
    },

    DeliveryCase("who is brought into a room gets its signals") { server, transport in
        let users = try await server.users(["alice", "bob"])
        let room = try await users[0].createPrivate("Den")
        let alice = users[0].id
        let alices = server.stream(.webSocket, as: users[0])
        try await alices.start()
        let stream = server.stream(transport, as: users[1])
        try await stream.start()
        try await users[0].member("add", room, users[1])
        try await users[0].type(in: room)
        try await stream.signals([
            { $0.type == "typing" && $0.user == alice && $0.room == room },
            { $0.type == "presence" && $0.user == alice && $0.value == "online" },
        ])
    },
]

extension TestUser {
    /// The id of a new private room.
    package func createPrivate(_ name: String) async throws -> String {
        try await room(["op": "room.create", "kind": "private", "name": .string(name)])
    }

    /// The id of the direct room with others.
    package func direct(_ others: TestUser...) async throws -> String {
        try await room(["op": "room.direct", "users": .array(others.map { .string($0.id) })])
    }

    /// `member.VERB`; the seq.
    @discardableResult
    package func member(_ verb: String, _ room: String, _ user: TestUser) async throws -> Int64 {
        let command: JSONObject = ["op": .string("member.\(verb)"), "room": .string(room), "user": .string(user.id)]
        guard let seq = try await run(.object(command))["seq"]?.integer else {
            throw DeliveryFailure("a reply without \"seq\" came to \(quoted(.object(command)))")
        }
        return seq
    }

    private func room(_ command: JSONObject) async throws -> String {
        guard let room = try await run(.object(command))["room"]?.string else {
            throw DeliveryFailure("a reply without \"room\" came to \(quoted(.object(command)))")
        }
        return room
    }
}
