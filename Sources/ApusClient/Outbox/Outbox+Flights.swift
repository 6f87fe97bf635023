import ApusWire

/// What is on its way: one command or array in each lane, so that order holds whatever is lost.
extension Outbox {
    func isFlying(_ entry: Entry) -> Bool { flights[entry.lane]?.ids.contains(entry.id) ?? false }

    /// The entry is answered; with its last one the lane is free.
    mutating func land(_ entry: Entry) {
        flights[entry.lane]?.ids.removeAll { $0 == entry.id }
        if flights[entry.lane]?.ids.isEmpty ?? false { flights[entry.lane] = nil }
    }

    /// Each time it waits twice as long: a server that is slow is not helped by hearing everything twice.
    mutating func repeatUnanswered(_ now: Milliseconds, _ actions: inout [Action]) {
        for lane in lanes {
            guard let flight = flights[lane], flight.answerDue <= now else { continue }
            send(flight.ids, lane, tries: flight.tries + 1, now, &actions)
        }
    }

    mutating func sendWaiting(_ now: Milliseconds, _ actions: inout [Action]) {
        for lane in lanes where flights[lane] == nil {
            var ids: [String] = []
            var bytes = 0
            for entry in entries where entry.lane == lane && entry.failure == nil {
                bytes += entry.size
                guard ids.isEmpty || bytes <= Self.arrayBytes, ids.count < Command.maximumArray else { break }
                ids.append(entry.id)
            }
            if !ids.isEmpty { send(ids, lane, tries: 0, now, &actions) }
        }
    }

    private mutating func send(
        _ ids: [String], _ lane: String, tries: Int, _ now: Milliseconds, _ actions: inout [Action]
    ) {
        let patience = min(Self.longestAnswer, Self.answer << Milliseconds(min(tries, 2)))
        flights[lane] = Flight(ids: ids, answerDue: now + patience, tries: tries)
        actions.append(.send(ids))
    }

    /// In the order of their oldest entries.
    private var lanes: [String] {
        var seen: Set<String> = []
        return entries.map(\.lane).filter { seen.insert($0).inserted }
    }
}
