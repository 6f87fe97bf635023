import ApusWire

/// Signals: all there are at first, then what changes, on every transport.
let signalCases: [DeliveryCase] = [
    DeliveryCase("the first batch carries all signals") { server, transport in
        let users = try await server.threeInTwoRooms()
        let bobs = server.stream(.webSocket, as: users[1])
        try await bobs.start()
        let carols = server.stream(.webSocket, as: users[2])
        try await carols.start()
        let start = try server.head()
        try await users[2].flood("hall", 9)
        try await users[1].run(["op": "read", "room": "hall", "number": 4])
        try await users[1].type(in: "hall")
        let ready: @Sendable (Signal) -> Bool = { $0.type == "receipt" && $0.user == users[1].id }
        try await carols.signals([ready, { $0.type == "presence" && $0.user == users[1].id }])
        let options = StreamOptions(cursor: await server.cursor(start), limit: 2)
        let first = try await server.stream(transport, as: users[0], options).nextBatch()
        try require(first.signalsFull, "signals_full in the first batch")
        try require(first.signalsTo != nil, "signals_to in the first batch")
        try require(
            first.signals.contains { $0.type == "typing" && $0.user == users[1].id && $0.value == true },
            "bob typing, but \(first.signals) came")
        try require(
            first.signals.contains { $0.type == "presence" && $0.user == users[1].id && $0.value == "online" },
            "bob's presence, but \(first.signals) came")
        try require(
            first.signals.contains { ready($0) && $0.value["read"] == 4 }, "bob's receipt, but \(first.signals) came")
    },

    DeliveryCase("typing goes on and off, and ends by itself") { server, transport in
        let users = try await server.threeInTwoRooms()
        let stream = server.stream(transport, as: users[0])
        try await stream.start()
        let bob = users[1].id
        try await users[1].type(in: "hall")
        let on = try await stream.signal { $0.type == "typing" && $0.user == bob && $0.value == true }
        try require(on.room == "hall", "typing in hall, but \(on) came")
        try await users[1].type(in: "hall", false)
        let off = try await stream.signal { $0.type == "typing" && $0.user == bob && $0.value == false }
        try require(off.v > on.v, "a greater version than \(on.v), but \(off.v) came")
        try await users[1].type(in: "hall")
        _ = try await stream.signal { $0.type == "typing" && $0.user == bob && $0.value == true }
        server.clock.advance(milliseconds: 9_000)
        try await users[2].type(in: "hall")
        let carol = users[2].id
        _ = try await stream.signal { $0.type == "typing" && $0.user == carol && $0.value == true }
        server.clock.advance(milliseconds: 1_500)
        let ended = try await stream.signal { $0.type == "typing" && $0.value == false }
        try require(ended.user == bob, "bob's typing ends first, not \(ended)")
    },

    DeliveryCase("a signals token is continued") { server, transport in
        let users = try await server.threeInTwoRooms()
        try await users[2].type(in: "hall")
        let first = server.stream(transport, as: users[0])
        try await first.start()
        _ = try await first.signal { $0.type == "typing" && $0.user == users[2].id }
        let (cursor, token) = (await first.cursor, await first.signalsToken)
        try await first.abort()
        try await users[1].type(in: "yard")
        let next = server.stream(transport, as: users[0], StreamOptions(cursor: cursor, signals: token))
        var seen: [Signal] = []
        while !seen.contains(where: { $0.type == "typing" && $0.user == users[1].id }) {
            let batch = try await next.nextBatch()
            try require(!batch.signalsFull, "only what changed since \(token ?? "no token"), but \(batch) came")
            seen += batch.signals
        }
        try require(!seen.contains { $0.user == users[2].id && $0.type == "typing" }, "nothing old, but \(seen) came")
        let unknown = StreamOptions(cursor: await next.cursor, signals: "nothing-1")
        let full = try await server.stream(transport, as: users[0], unknown).nextBatch()
        try require(full.signalsFull, "all signals for an unknown token, but \(full) came")
    },

    DeliveryCase("signals of rooms one is not in stay there") { server, transport in
        let users = try await server.threeInTwoRooms()
        let stream = server.stream(transport, as: users[2])
        try await stream.start()
        try await users[0].type(in: "yard")
        try await users[1].type(in: "hall")
        let first = try await stream.signal { $0.type == "typing" }
        try require(first.room == "hall", "nothing of yard for carol, but \(first) came")
    },

    DeliveryCase("a receipt follows a read") { server, transport in
        let users = try await server.threeInTwoRooms()
        try await users[0].flood("hall", 5)
        let stream = server.stream(transport, as: users[0])
        try await stream.start()
        try await users[1].run(["op": "read", "room": "hall", "number": 3])
        let receipt = try await stream.signal { $0.type == "receipt" && $0.user == users[1].id }
        try require(receipt.value["read"] == 3, "read 3, but \(receipt) came")
        let back = try await users[1].run(["op": "read", "room": "hall", "number": 2])
        try require(back["read"] == 3, "a read that never goes back, but \(back) came")
    },
]
