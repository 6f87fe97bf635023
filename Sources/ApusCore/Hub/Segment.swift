import ApusWire

/// What one drain has for everybody who sits in a room: gathered once, cut and encoded at most once per starting point.
final class Segment {
    private struct Cached {
        let from: Int64
        let limit: Int
        let to: Int64
        let batches: [OutgoingBatch]
    }

    let events: [EncodedEvent]
    let signals: [EncodedSignal]
    /// The first answer, which costs no list, and more of them.
    private var first: Cached?
    private var cache: [Cached] = []
    private var full: (user: UserKey, scope: Scope, from: Int64, limit: Int, batches: [OutgoingBatch])?

    init(events: [EncodedEvent], signals: [EncodedSignal]) {
        self.events = events
        self.signals = signals
    }

    /// The batches for a reader that gets this segment and nothing else. Most readers of a room stand at the same
    /// place, so a handful of remembered answers serves them all.
    func batches(
        from: Int64, to: Int64, limit: Int, withSignals: Bool, epoch: String, signalVersion: Int64
    ) -> [OutgoingBatch] {
        let withSignals = withSignals && !signals.isEmpty
        let key = withSignals ? limit : -limit
        let isHit = { (cached: Cached) in cached.from == from && cached.limit == key && cached.to == to }
        if let first, isHit(first) { return first.batches }
        if let hit = cache.first(where: isHit) { return hit.batches }
        var batches = split(events, from: from, to: to, limit: limit)
        if withSignals {
            batches[batches.count - 1].signals = signals.map(\.json)
            batches[batches.count - 1].signalsTo = "\(epoch)-\(signalVersion)"
        }
        let outgoing = batches.enumerated().map {
            OutgoingBatch(
                $0.element, epoch: epoch, more: $0.offset < batches.count - 1,
                signalVersion: $0.element.signalsTo == nil ? nil : signalVersion)
        }
        let cached = Cached(from: from, limit: key, to: to, batches: outgoing)
        if first == nil { first = cached } else if cache.count < 3 { cache.append(cached) }
        return outgoing
    }
}

extension Segment {
    /// The batches, with all signals, for a poll that knows none: the many polls of one token, as a page for everybody
    /// makes them, share them.
    func fullBatches(for poll: Reader, make: () -> [OutgoingBatch]) -> [OutgoingBatch] {
        let request = poll.request
        if let full, full.user == request.identity.key, full.from == poll.position, full.limit == request.limit,
            full.scope == request.scope
        {
            return full.batches
        }
        let batches = make()
        full = (request.identity.key, request.scope, poll.position, request.limit, batches)
        return batches
    }
}

extension [Segment] {
    /// What a reader of several rooms gets: events in log order, each signal once.
    var merged: (events: [EncodedEvent], signals: [EncodedSignal]) {
        let events = flatMap(\.events).sorted { $0.seq < $1.seq }
        var latest: [SignalKey: EncodedSignal] = [:]
        for signal in flatMap(\.signals) where signal.version > latest[signal.key]?.version ?? -1 {
            latest[signal.key] = signal
        }
        return (events, latest.values.sorted { $0.version < $1.version })
    }
}
