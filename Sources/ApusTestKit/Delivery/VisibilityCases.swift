import ApusCore
import ApusServer
import ApusWire

/// Who sees what: a member, from joining to leaving, both included.
let visibilityCases: [DeliveryCase] = [
    DeliveryCase("one sees a room from one's joining to one's leaving") { server, transport in
        let alice = try await server.user("alice")
        let bob = try await server.user("bob")
        try await alice.create("hall")
        let live = server.stream(transport, as: bob)
        try await live.start()
        let start = try server.head()
        try await alice.post("hall", "unseen 1")
        try await bob.join("hall")
        try await alice.post("hall", "seen 2")
        try await bob.leave("hall")
        try await alice.post("hall", "unseen 3")
        try await alice.post("hall", "unseen 4")
        try await bob.join("hall")
        try await alice.post("hall", "seen 5")
        try await bob.leave("hall")
        try await alice.post("hall", "unseen 6")
        try await bob.create("own")
        let head = try server.head()
        let expected = [
            "member.joined", "seen 2", "member.left", "member.joined", "seen 5", "member.left", "room.created",
            "member.joined",
        ]
        let late = server.stream(transport, as: bob, StreamOptions(cursor: await server.cursor(start)))
        for stream in [live, late] {
            let events = try await stream.collectEvents(through: head)
            try server.verify(events, are: bob, after: start, through: head)
            let told = events.map { $0.data["text"]?.string ?? $0.type }
            try require(told == expected, "\(expected), but \(told) came")
        }
    },

    DeliveryCase("joining and leaving at full speed loses and leaks nothing", adjust: { $0.hub.ringEvents = 16 }) {
        server, transport in
        let alice = try await server.user("alice")
        let bob = try await server.user("bob")
        try await alice.create("hall")
        try await bob.create("own")
        let stream = server.stream(transport, as: bob)
        try await stream.start()
        let start = try server.head()
        async let posts: Void = {
            for _ in 0..<8 { try await alice.flood("hall", 10) }
        }()
        for _ in 0..<6 {
            try await bob.join("hall")
            try await bob.post("hall", "hello")
            try await bob.leave("hall")
        }
        try await posts
        let last = try await bob.post("own", "done")
        try server.verify(
            try await stream.collectEvents(through: last, within: .seconds(20)), are: bob, after: start, through: last)
    },

    DeliveryCase("rooms= narrows, live and on catch-up") { server, transport in
        let log = try await MixedLog(on: server)
        let rooms = ["attic", "cellar", "nowhere"]
        let live = server.stream(transport, as: log.alice, StreamOptions(rooms: rooms))
        try await live.start()
        let start = try server.head()
        try await log.bob.post("hall", "not asked for")
        try await log.bob.post("attic", "asked for")
        try await log.carol.post("cellar", "not a member")
        try await log.alice.join("cellar")
        try await log.carol.post("cellar", "a member now")
        try await log.bob.post("hall", "not asked for")
        let last = try await log.bob.post("attic", "asked for again")
        let events = try await live.collectEvents(through: last)
        try server.verify(events, are: log.alice, in: rooms, after: start, through: last)
        try require(events.count == 4, "4 events, but \(events.count) came")
        let late = server.stream(transport, as: log.alice, StreamOptions(cursor: await server.cursor(0), rooms: rooms))
        try server.verify(
            try await late.collectEvents(through: last), are: log.alice, in: rooms, after: 0, through: last)
    },

    DeliveryCase("a room that does not exist is silent") { server, transport in
        let log = try await MixedLog(on: server)
        let stream = server.stream(
            transport, as: log.alice, StreamOptions(cursor: await server.cursor(0), rooms: ["nowhere"], wait: 1))
        let events = try await stream.collectEvents(through: try server.head())
        try require(events.isEmpty, "no events, but \(events.count) came")
    },
]
