import ApusWire

/// Reads as one user, changing transports, limits and sockets all the time, with nothing but a cursor in hand.
actor ModelReader {
    private let user: TestUser
    private let server: TestServer
    private var random: SeededGenerator
    private var cursor: Cursor
    private(set) var events: [Event] = []
    /// Streams opened, by transport.
    private(set) var opened: [Transport: Int] = [:]

    init(_ user: TestUser, server: TestServer, cursor: Cursor, seed: UInt64) {
        self.user = user
        self.server = server
        self.cursor = cursor
        random = SeededGenerator(seed: seed)
    }

    /// Reads until `last` says where the log ends and that is reached.
    func read(through last: @Sendable () async -> Int64?) async throws {
        while try await !hasReached(last()) {
            let transport = Transport.all.randomElement(using: &random)!  // not empty
            let options = StreamOptions(
                cursor: cursor, limit: random.chance(2) ? .random(in: 1...30, using: &random) : nil,
                client: random.chance(3) ? "model" : nil, wait: 1)
            let stream = server.stream(transport, as: user, options)
            opened[transport, default: 0] += 1
            do {
                try await read(stream, batches: .random(in: 1...12, using: &random))
                try await stream.abort()
            } catch let failure as ClientFailure where failure.kind != .violation {
                // The server is away for a moment; a stream that hangs would be found out below.
            }
        }
    }

    private func hasReached(_ last: Int64?) throws -> Bool {
        guard let last else { return false }
        return cursor.seq >= last
    }

    private func read(_ stream: TestStream, batches: Int) async throws {
        for _ in 0..<batches {
            let item: StreamItem
            do {
                item = try await stream.next(within: .milliseconds(300))
            } catch let failure as ClientFailure where failure.kind == .timeout {
                return
            }
            switch item {
            case .batch(let batch):
                events += batch.events
                if let next = await stream.cursor { cursor = next }
            case .hello, .reply, .probe: continue
            case .reset(let reason, _): throw DeliveryFailure("\(user.name)'s cursor \(cursor) was reset: \(reason)")
            case .bye, .ended: return
            }
        }
    }
}
