package import ApusWire

extension TestStream {
    /// Reads on until an event fits, and returns all events up to and including it; those after it stay for later, so
    /// `cursor` is then the event's own position. Replies and probes stay for `next`; signals are passed over.
    package func collectEvents(
        until isLast: @Sendable (Event) -> Bool, within limit: Duration = .seconds(30)
    ) async throws -> [Event] {
        try await collect(within: limit) { event, _ in isLast(event) }
    }

    /// Reads on until there are `count` events.
    package func collectEvents(_ count: Int, within limit: Duration = .seconds(30)) async throws -> [Event] {
        if count <= 0 { return [] }
        return try await collect(within: limit) { _, number in number == count }
    }

    /// Reads on until everything up to `seq` has passed, whether it was visible or not.
    package func collectEvents(through seq: Int64, within limit: Duration = .seconds(30)) async throws -> [Event] {
        if let cursor, cursor.seq >= seq { return [] }
        return try await collect(within: limit, through: seq) { _, _ in false }
    }

    private func collect(
        within limit: Duration, through seq: Int64? = nil, until isLast: (Event, Int) -> Bool
    ) async throws -> [Event] {
        let deadline = Deadline.within(limit)
        var events: [Event] = []
        var kept: [StreamItem] = []
        defer { setAside = kept + setAside }
        while true {
            let item: StreamItem
            do {
                item = try await next(by: deadline)
            } catch let failure as ClientFailure {
                throw failure.adding("collected by then: \(Self.list(events))")
            }
            switch item {
            case .hello: continue
            case .reply, .probe: kept.append(item)
            case .batch(let batch):
                for event in batch.events where event.seq <= seq ?? event.seq {
                    events.append(event)
                    guard isLast(event, events.count) else { continue }
                    putBack(batch, after: event.seq)
                    return events
                }
                if let seq, batch.to >= seq {
                    putBack(batch, after: seq)
                    return events
                }
            case .reset, .bye, .ended:
                setAside.insert(item, at: 0)
                throw ClientFailure(
                    .closed, "events were to be collected on \(name), but \(item) came after \(Self.list(events))")
            }
        }
    }

    private func putBack(_ batch: Batch<Event, Signal>, after seq: Int64) {
        let rest = batch.events.filter { $0.seq > seq }
        guard !rest.isEmpty else { return }
        setAside.insert(.batch(Batch(from: seq, to: batch.to, events: rest)), at: 0)
        cursor?.seq = seq
    }

    private static func list(_ events: [Event]) -> String {
        let last = events.suffix(12).map { "\($0.seq) \($0.type)" }.joined(separator: ", ")
        return events.isEmpty ? "no events" : "\(events.count) events\(events.count > 12 ? ", … " : ": ")\(last)"
    }
}
