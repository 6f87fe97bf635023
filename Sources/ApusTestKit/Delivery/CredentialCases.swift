import ApusChat
import ApusWire

/// What readers see of accounts, and when their own credentials end.
let credentialCases: [DeliveryCase] = [
    DeliveryCase("a ban ends the stream at once, and nobody else's", needs: [.waits]) { server, transport in
        let users = try await server.threeInTwoRooms()
        let start = try server.head()
        let owner = try await server.user("owner", role: .owner)
        let options = StreamOptions(cursor: await server.cursor(start))
        let banned = server.stream(transport, as: users[0], options)
        let other = server.stream(transport, as: users[1], options)
        async let ending = banned.ending()
        async let told = other.collectEvents(1)
        try await server.until("both streams are open") { await $0.readers == 2 }
        try await owner.run(["op": "user.ban", "user": .string(users[0].id)])
        switch try await ending {
        case .bye("unauthorized", reconnect: false), .ended(4401, _, _), .ended(_, 401, _): break
        case let other: throw DeliveryFailure("the end of the credentials was expected, but \(other) came")
        }
        let events = try await told
        try require(
            events.first?.type == "user.updated" && events.first?.data["banned"] == true,
            "user.updated, but \(events) came"
        )
        let refused = server.stream(transport == .inProcess ? .webSocket : transport, as: users[0], options)
        switch try await refused.ending() {
        case .bye("unauthorized", _), .ended(4401, _, _), .ended(_, 401, _): break
        case let other: throw DeliveryFailure("a refusal was expected, but \(other) came")
        }
    },

    DeliveryCase("everybody hears of a changed account") { server, transport in
        let users = try await server.threeInTwoRooms()
        let start = try server.head()
        try await users[0].run(["op": "user.update", "display_name": "Alice the First"])
        let last = try await users[2].run(["op": "user.update", "display_name": "Carol"])["seq"]?.integer ?? 0
        for user in users {
            let stream = server.stream(transport, as: user, StreamOptions(cursor: await server.cursor(start)))
            let events = try await stream.collectEvents(through: last)
            try server.verify(events, are: user, after: start, through: last)
            try require(
                events.map { $0.data["display_name"]?.string } == ["Alice the First", "Carol"],
                "both names, but \(events) came")
            try require(events.allSatisfy { $0.room == nil }, "events of no room, but \(events) came")
        }
    },
]
