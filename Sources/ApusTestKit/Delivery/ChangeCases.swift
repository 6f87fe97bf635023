import ApusCore
import ApusServer
import ApusWire

/// One cursor, whatever reads from it, whichever start of the server it is from.
let changeCases: [DeliveryCase] = [
    DeliveryCase("a cursor is carried through all transports while posts flow", adjust: { $0.hub.ringEvents = 16 }) {
        server, transport in
        let users = try await server.threeInTwoRooms()
        let start = try server.head()
        async let posts: Void = {
            for number in 0..<40 { try await users[1 + number % 2].post("hall", "\(number)") }
            try await users[1].post("hall", "the end")
        }()
        var order = Transport.all
        while order[0] != transport { order.append(order.removeFirst()) }
        var cursor = await server.cursor(start)
        var events: [Event] = []
        while events.last?.data["text"] != "the end" {
            let stream = server.stream(order[0], as: users[0], StreamOptions(cursor: cursor))
            let already = events.count
            // Every sixth event is the last on its transport.
            events += try await stream.collectEvents {
                $0.data["text"] == "the end" || Int($0.data["text"]?.string ?? "").map { $0 % 6 == 5 } ?? false
            }
            try require(events.count - already <= 6, "at most six events, but \(events.count - already) came")
            guard let next = await stream.cursor else { throw DeliveryFailure("no cursor on \(order[0])") }
            cursor = next
            try await stream.abort()
            order.append(order.removeFirst())
        }
        try await posts
        try server.verify(events, are: users[0], after: start, through: cursor.seq)
    },

    DeliveryCase("a cursor outlives restarts of the server") { server, transport in
        let users = try await server.threeInTwoRooms()
        let start = try server.head()
        var cursor = await server.cursor(start)
        var epochs = [cursor.epoch]
        var events: [Event] = []
        for round in 1...3 {
            let stream = server.stream(transport, as: users[0], StreamOptions(cursor: cursor))
            let last = try await users[1].flood("hall", 5, of: "round \(round)")
            events += try await stream.collectEvents(through: last)
            guard let next = await stream.cursor else { throw DeliveryFailure("no cursor") }
            try require(next.seq == last, "the cursor at \(last), not \(next)")
            cursor = next
            try await stream.abort()
            try await server.restart()
            let epoch = await server.hub.epoch
            try require(!epochs.contains(epoch), "a new epoch, not \(epoch) again")
            epochs.append(epoch)
        }
        try server.verify(events, are: users[0], after: start, through: try server.head())
    },
]
