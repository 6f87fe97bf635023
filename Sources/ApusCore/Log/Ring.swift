import DequeModule

/// The tail of the log in memory, encoded: what storms of reconnecting readers and pollers read instead of the disk.
struct Ring: Sendable {
    private var events: Deque<EncodedEvent> = []
    private var bytes = 0
    private let maximumEvents: Int
    private let maximumBytes: Int
    /// Every event after this seq is in the ring.
    private(set) var floor: Int64

    init(floor: Int64, maximumEvents: Int, maximumBytes: Int) {
        self.floor = floor
        self.maximumEvents = maximumEvents
        self.maximumBytes = maximumBytes
    }

    mutating func append(_ event: EncodedEvent) {
        events.append(event)
        bytes += event.json.count
        while events.count > maximumEvents || bytes > maximumBytes, let oldest = events.popFirst() {
            bytes -= oldest.json.count
            floor = oldest.seq
        }
    }

    /// Puts another form of an event in its place.
    mutating func replace(_ event: EncodedEvent) {
        let place = index(after: event.seq - 1)
        guard place < events.count, events[place].seq == event.seq else { return }
        bytes += event.json.count - events[place].json.count
        events[place] = event
    }

    /// The events in `(after, through]`, oldest first; nil when some of them are only on disk.
    func events(after: Int64, through: Int64) -> Deque<EncodedEvent>.SubSequence? {
        guard after >= floor else { return nil }
        return events[index(after: after)..<index(after: through)]
    }

    /// Binary search: the position of the first event past `seq`.
    private func index(after seq: Int64) -> Int {
        var low = 0
        var high = events.count
        while low < high {
            let middle = (low + high) / 2
            if events[middle].seq <= seq { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
