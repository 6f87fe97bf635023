import ApusWire

/// What a client says it has makes "delivered".
let ackCases: [DeliveryCase] = [
    DeliveryCase("an ack moves delivered", needs: [.acks]) { server, transport in
        let (users, watcher, stream, last) = try await server.watched(1, over: transport, messages: 5)
        for (seq, number) in [(last - 2, 3), (last, 5)] as [(Int64, Int64)] {
            try await stream.ack(seq)
            let bob = users[1].id
            let receipt = try await watcher.signal { $0.type == "receipt" && $0.user == bob }
            try require(receipt.value["delivered"] == .integer(number), "delivered \(number), but \(receipt) came")
        }
    },

    DeliveryCase("asking with a cursor moves delivered", needs: [.acksByCursor]) { server, transport in
        let (users, watcher, stream, last) = try await server.watched(1, over: transport, messages: 5)
        async let next = stream.nextBatch()
        let bob = users[1].id
        let receipt = try await watcher.signal { $0.type == "receipt" && $0.user == bob && $0.value["delivered"] == 5 }
        try require(receipt.room == "hall", "a receipt in hall, but \(receipt) came")
        _ = try await next
    },

    DeliveryCase("an ack past what was sent is refused", needs: [.acks]) { server, transport in
        let users = try await server.threeInTwoRooms()
        let stream = server.stream(transport, as: users[1])
        try await stream.start()
        let head = try await users[0].post("hall", "one")
        _ = try await stream.collectEvents(through: head)
        try await stream.ack(head)
        do {
            try await stream.ack(head + 1)
            guard case .ended(4400, _, _) = try await stream.ending() else {
                throw DeliveryFailure("close code 4400 was expected on \(transport)")
            }
        } catch let failure as ClientFailure {
            try require(failure.kind == .violation, "a refusal, but \(failure) came")
            try require(
                transport != .sse || "\(failure)".contains("invalid_field"), "invalid_field, but \(failure) came")
        }
    },

    DeliveryCase("an observer's ack is not told", needs: [.acks]) { server, transport in
        let (users, watcher, observer, last) = try await server.watched(
            2, over: transport, StreamOptions(observe: true), messages: 2)
        try await observer.ack(last)
        let (bob, carol) = (users[1].id, users[2].id)
        for number in 1...2 {
            // Two of bob's receipts: carol's would have come at the latest with the second one.
            try await users[1].run(["op": "read", "room": "hall", "number": .integer(Int64(number))])
            let receipt = try await watcher.signal { $0.type == "receipt" && [bob, carol].contains($0.user) }
            try require(receipt.user == bob, "nothing of carol, but \(receipt) came")
        }
    },
]

extension TestServer {
    /// The first of three users watches over a WebSocket; another one, the reader, has got messages in the hall.
    fileprivate func watched(
        _ reader: Int, over transport: Transport, _ options: StreamOptions = StreamOptions(), messages: Int
    ) async throws -> (users: [TestUser], watcher: TestStream, reader: TestStream, last: Int64) {
        let users = try await threeInTwoRooms()
        let watcher = stream(.webSocket, as: users[0])
        try await watcher.start()
        let reading = stream(transport, as: users[reader], options)
        try await reading.start()
        let last = try await users[0].flood("hall", messages)
        _ = try await reading.collectEvents(through: last)
        return (users, watcher, reading, last)
    }
}
