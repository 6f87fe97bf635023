package import ApusWire

extension TestStream {
    /// Reads on until a signal fits; events are passed over.
    package func signal(
        within limit: Duration = .seconds(15), where fits: @Sendable (Signal) -> Bool
    ) async throws -> Signal {
        let deadline = Deadline.within(limit)
        while true {
            for signal in try await nextBatch(by: deadline).signals where fits(signal) { return signal }
        }
    }

    /// Reads on until each of these has come, in whatever order.
    package func signals(within limit: Duration = .seconds(15), _ due: [@Sendable (Signal) -> Bool]) async throws {
        let deadline = Deadline.within(limit)
        var due = due
        while !due.isEmpty {
            let signals = try await nextBatch(by: deadline).signals
            due.removeAll { signals.contains(where: $0) }
        }
    }

    /// Reads on until there is a batch; replies and echoes are passed over.
    package func nextBatch(within limit: Duration = .seconds(15)) async throws -> Batch<Event, Signal> {
        try await nextBatch(by: .within(limit))
    }

    private func nextBatch(by deadline: Deadline) async throws -> Batch<Event, Signal> {
        while true {
            switch try await next(by: deadline) {
            case .batch(let batch): return batch
            case .hello, .reply, .probe: continue
            case let other: throw ClientFailure(.closed, "a batch was expected on \(name), but \(other) came")
            }
        }
    }

    /// Reads on until the stream says that it ends, and returns that: a reset, a bye or just the end.
    package func ending(within limit: Duration = .seconds(15)) async throws -> StreamItem {
        let deadline = Deadline.within(limit)
        while true {
            switch try await next(by: deadline) {
            case .hello, .reply, .probe, .batch: continue
            case let end: return end
            }
        }
    }
}
