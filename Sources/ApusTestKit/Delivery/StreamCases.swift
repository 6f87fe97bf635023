import ApusCore
import ApusServer
import ApusWire
import NIOCore

/// The life of a stream: replaced, probed, beaten, drained.
let streamCases: [DeliveryCase] = [
    DeliveryCase("a new stream of a client replaces its older one", needs: [.waits], adjust: { $0.loops = 1 }) {
        server, transport in
        let users = try await server.threeInTwoRooms()
        let start = try server.head()
        let options = StreamOptions(cursor: await server.cursor(start), client: "tab")
        let older = server.stream(transport, as: users[0], options)
        async let ending = older.ending()
        try await server.until("the older stream is open") { await $0.readers == 1 }
        let other = server.stream(transport, as: users[1], StreamOptions(cursor: options.cursor, client: "tab"))
        let newer = server.stream(transport, as: users[0], options)
        async let told = newer.collectEvents(1)
        async let others = other.collectEvents(1)
        guard case .bye("replaced", reconnect: false) = try await ending else {
            throw DeliveryFailure("bye replaced was expected, but \(try await ending) came")
        }
        if case .ended(let code, _, _) = try await older.ending(), transport == .webSocket {
            try require(code == 4410, "close code 4410, but \(code ?? 0) came")
        }
        try await server.until("the others are open") { await $0.readers == 2 }
        let last = try await users[1].post("hall", "for the newer one")
        try server.verify(try await told, are: users[0], after: start, through: last)
        try server.verify(try await others, are: users[1], after: start, through: last)
    },

    DeliveryCase(
        "a refused stream does not count as its client's", needs: [.waits], adjust: { $0.hub.streamsPerUser = 1 }
    ) {
        server, transport in
        let users = try await server.threeInTwoRooms()
        let options = StreamOptions(cursor: await server.cursor(try server.head()), client: "second")
        let first = server.stream(.webSocket, as: users[0])
        try await first.start()
        for _ in 1...2 {
            let refused = server.stream(transport, as: users[0], options)
            switch try await refused.ending(within: .seconds(5)) {
            case .bye("too_much", _), .ended(_, 429, _): continue
            case let other: throw DeliveryFailure("a refusal was expected, but \(other) came")
            }
        }
    },

    DeliveryCase(
        "a probe carries nothing and ends", needs: [.pushes],
        adjust: {
            $0.hub.heartbeat = .milliseconds(200)
            $0.hub.probeLifetime = .milliseconds(1200)
        }
    ) { server, transport in
        let users = try await server.threeInTwoRooms()
        let probe = server.stream(transport, as: users[0], StreamOptions(probe: true))
        try await probe.start()
        try await users[1].post("hall", "not for a probe")
        try await users[1].type(in: "hall")
        var batches = 0
        while case let item = try await probe.next() {
            guard case .batch(let batch) = item else {
                guard case .bye("normal", _) = item else { throw DeliveryFailure("bye was expected, but \(item) came") }
                break
            }
            batches += 1
            try require(batch.events.isEmpty && batch.signals.isEmpty, "nothing for a probe, but \(batch) came")
        }
        try require(batches >= 2, "beats on a probe, but \(batches) came")
    },

    DeliveryCase("a probe by poll is answered without events and stays where it is", needs: [.acksByCursor]) {
        server, transport in
        let users = try await server.threeInTwoRooms()
        let start = try server.head()
        let probe = server.stream(
            transport, as: users[0], StreamOptions(cursor: await server.cursor(start), probe: true, wait: 1))
        try await users[1].post("hall", "not for a probe")
        for _ in 1...2 {
            let batch = try await probe.nextBatch()
            try require(
                batch.events.isEmpty && batch.signals.isEmpty && batch.to == start, "nothing, but \(batch) came")
        }
    },

    DeliveryCase("a probe is echoed and turns into a stream", needs: [.probes]) { server, transport in
        let users = try await server.threeInTwoRooms()
        let start = try server.head()
        let probe = server.stream(transport, as: users[0], StreamOptions(probe: true))
        try await probe.start()
        try await users[1].post("hall", "while probing")
        try await probe.probe("n\"1")
        while case let item = try await probe.next() {
            if case .probe(let nonce) = item {
                try require(nonce == "n\"1", "the nonce, but \(nonce) came")
                break
            }
        }
        try await probe.resume(await server.cursor(start))
        let last = try await users[1].post("hall", "while reading")
        try server.verify(try await probe.collectEvents(through: last), are: users[0], after: start, through: last)
    },

    DeliveryCase(
        "a heartbeat advances to", needs: [.pushes], adjust: { $0.hub.heartbeat = .milliseconds(200) }
    ) { server, transport in
        let users = try await server.threeInTwoRooms()
        let stream = server.stream(transport, as: users[2])
        try await stream.start()
        let start = try server.head()
        _ = try await stream.nextBatch()
        for _ in 1...3 {
            let last = try await users[0].post("yard", "not for carol")
            var to: Int64 = start
            while to < last {
                let batch = try await stream.nextBatch(within: .seconds(10))
                try require(batch.events.isEmpty, "empty beats, but \(batch) came")
                to = batch.to
            }
        }
        let last = try await users[0].post("hall", "for carol")
        let events = try await stream.collectEvents(through: last)
        try require(events.map(\.seq) == [last], "the event \(last), but \(events.map(\.seq)) came")
    },

    DeliveryCase("two empty batches tick soon after hello", needs: [.ticks]) { server, transport in
        let users = try await server.threeInTwoRooms()
        // An observer's own presence does not come between.
        let stream = server.stream(transport, as: users[0], StreamOptions(observe: true))
        try await stream.start()
        let start = ContinuousClock.now
        let first = try await stream.nextBatch()
        try require(first.signalsFull, "the signals first, but \(first) came")
        for due in [Duration.milliseconds(450), .milliseconds(950)] {
            let tick = try await stream.nextBatch(within: .seconds(5))
            let after = ContinuousClock.now - start
            try require(tick.events.isEmpty && after >= due, "an empty batch after \(due), but \(tick) after \(after)")
        }
    },

    DeliveryCase("a draining server says bye, and the cursor stays good", needs: [.waits]) { server, transport in
        let users = try await server.threeInTwoRooms()
        let start = try server.head()
        let stream = server.stream(transport, as: users[0], StreamOptions(cursor: await server.cursor(start)))
        async let ending = stream.ending()
        try await server.until("the stream is open") { await $0.readers == 1 }
        let begin = ContinuousClock.now
        try await server.restart()
        let took = ContinuousClock.now - begin
        guard case .bye("draining", reconnect: true) = try await ending else {
            throw DeliveryFailure("bye draining was expected, but \(try await ending) came")
        }
        try require(took < .milliseconds(1900), "a stop that need not cut anybody off, but it took \(took)")
        let last = try await users[1].post("hall", "after the restart")
        let next = server.stream(transport, as: users[0], StreamOptions(cursor: await stream.cursor))
        try server.verify(try await next.collectEvents(through: last), are: users[0], after: start, through: last)
    },
]
