/// What is held against a transport, and what is remembered for it.
extension Ladder {
    /// The transport failed while a worse one worked.
    mutating func strike(_ transport: Transport, _ now: Milliseconds) {
        guard transport != .shortPoll else { return }
        let isAvoided = strikes[transport, default: Strikes()].strike(now)
        // One that has worked here is not forgotten for one bad moment.
        if isAvoided || !memory.hasWorked(transport, epoch + now) { failed(transport, now) }
    }

    /// It breaks frames: no use in trying three times.
    mutating func distrust(_ transport: Transport, _ now: Milliseconds) {
        strikes[transport, default: Strikes()].avoid(now)
        failed(transport, now)
    }

    private mutating func failed(_ transport: Transport, _ now: Milliseconds) {
        memory.failed[transport] = epoch + now
        actions.append(.remember(memory))
    }

    mutating func worked(_ transport: Transport, _ now: Milliseconds) {
        memory.worked[transport] = epoch + now
        memory.failed[transport] = nil
        actions.append(.remember(memory))
    }

    /// The carriage is over. If it lasted, the back-off begins anew.
    mutating func settle(_ live: Live, _ now: Milliseconds) {
        if now - live.since >= LadderTimes.settled { failures = 0 }
        forgive(live, now)
    }

    mutating func forgive(_ live: Live, _ now: Milliseconds) {
        strikes[attempts[index(live.carrier)].transport]?.carried(now - live.carrierSince)
    }

    /// What failed may have failed because of a proxy that is no longer on the way.
    mutating func networkChanged(_ now: Milliseconds) {
        strikes = [:]
        roundTrip = nil
        if !memory.failed.isEmpty {
            memory.failed = [:]
            actions.append(.remember(memory))
        }
        if case .live(var live) = phase, live.climbAt != nil {
            live.climbs = 0
            live.climbAt = now
            phase = .live(live)
        }
        woke(now)
    }
}
