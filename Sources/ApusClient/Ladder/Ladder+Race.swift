/// From nothing to a carrier: who sets out when, and what happens when all have failed.
extension Ladder {
    mutating func start(_ now: Milliseconds) {
        switch phase {
        case .idle, .closed: beginWhenAllowed(now)
        case .racing, .snapshotting, .waiting, .live, .paused, .needsCredentials: break
        }
    }

    mutating func beginWhenAllowed(_ now: Milliseconds) {
        if let notBefore, notBefore > now { phase = .waiting(until: notBefore) } else { begin(now) }
    }

    mutating func begin(_ now: Milliseconds) {
        guard needsSnapshot else { return race(now) }
        phase = .snapshotting(until: now + LadderTimes.snapshot)
        actions.append(.snapshot)
    }

    mutating func snapshotTaken(_ now: Milliseconds) {
        guard case .snapshotting = phase else { return }
        needsSnapshot = false
        race(now)
    }

    private mutating func race(_ now: Milliseconds) {
        var race = Race(startedAt: now)
        let worked = memory.hasWorked(.webSocket, epoch + now)
        race.secondAt = now + LadderTimes.headStart(roundTrip: roundTrip, worked: worked)
        phase = .racing(race)
        if isBehind(.webSocket, now) { openHTTP(now) } else { open(.webSocket, now) }
    }

    /// A race on a network that is gone is begun anew, but not for every flap of it.
    mutating func raceAnew(_ now: Milliseconds) {
        guard case .racing(let race) = phase, now - race.startedAt >= 1_000 else { return }
        leave(now)
        self.race(now)
    }

    /// Whether another transport gets the head start.
    func isBehind(_ transport: Transport, _ now: Milliseconds) -> Bool {
        isAvoided(transport, now) || memory.hasFailed(transport, epoch + now)
    }

    func isAvoided(_ transport: Transport, _ now: Milliseconds) -> Bool {
        strikes[transport]?.isAvoided(now) ?? false
    }

    /// The poll carries until SSE is proven, which takes a second even where all is well.
    private mutating func openHTTP(_ now: Milliseconds) {
        open(isBehind(.longPoll, now) ? .shortPoll : .longPoll, now)
        if !isBehind(.sse, now) { open(.sse, now) }
    }

    @discardableResult
    mutating func open(_ transport: Transport, isProbe: Bool = false, _ now: Milliseconds) -> Int {
        if case .racing(var race) = phase {
            race.tried.insert(transport)
            phase = .racing(race)
        }
        lastNumber += 1
        attempts.append(Attempt(lastNumber, transport, isProbe: isProbe, now: now))
        actions.append(.open(lastNumber, transport, probe: isProbe))
        return lastNumber
    }

    mutating func startSecond(_ now: Milliseconds) {
        guard case .racing(var race) = phase else { return }
        race.secondAt = nil
        phase = .racing(race)
        if race.tried.contains(.webSocket) { openHTTP(now) } else { open(.webSocket, now) }
    }

    /// With nobody left in the race, who has not been tried sets out at once, in spite of all memory.
    mutating func raceOn(_ now: Milliseconds, _ draw: Draw) {
        guard case .racing(let race) = phase, attempts.isEmpty else { return }
        if race.secondAt != nil {
            startSecond(now)
        } else if !race.tried.contains(.sse) {
            open(.sse, now)
        } else {
            wait(now, draw)
        }
    }

    /// Gives up what is open and tries again later: within `spread` if the server named one, not before
    /// `retryAfter` if it named that.
    mutating func wait(
        _ now: Milliseconds, _ draw: Draw, spread: Milliseconds? = nil, retryAfter: Milliseconds? = nil
    ) {
        leave(now)
        let own = backOff(failures)
        let span = failures == 0 ? spread ?? own : max(spread ?? 0, own)
        let delay = jitter(span, draw)
        failures += 1
        if let retryAfter { notBefore = now + retryAfter } else if spread != nil { notBefore = now + delay }
        phase = .waiting(until: now + delay + (retryAfter ?? 0))
    }

    /// Closes whatever is open. A carriage that lasted clears the record.
    mutating func leave(_ now: Milliseconds) {
        if case .live(let live) = phase { settle(live, now) }
        for attempt in attempts { actions.append(.close(attempt.number)) }
        attempts = []
    }

    mutating func finish(_ last: Phase, _ now: Milliseconds) {
        leave(now)
        phase = last
    }
}
