/// From nothing to a carrier: who sets out when, and what happens when all have failed.
extension Ladder {
    mutating func start(_ now: Milliseconds) {
        switch phase {
        case .idle, .closed: beginWhenAllowed(now)
        case .racing, .snapshotting, .waiting, .live, .needsCredentials: break
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
        let poll = isBehind(.longPoll, now) ? Transport.shortPoll : .longPoll
        let (first, second) = isBehind(.webSocket, now) ? (poll, .webSocket) : (.webSocket, poll)
        let worked = memory.hasWorked(.webSocket, epoch + now)
        let secondAt = now + LadderTimes.headStart(roundTrip: roundTrip, worked: worked)
        phase = .racing(Race(startedAt: now, next: [second, .sse], secondAt: secondAt))
        open(first, now)
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

    @discardableResult
    mutating func open(_ transport: Transport, isProbe: Bool = false, _ now: Milliseconds) -> Int {
        lastNumber += 1
        var attempt = Attempt(lastNumber, transport, isProbe: isProbe, now: now)
        // Beside a poll that is answered, silence means that the stream is held back, and it may hold up the poll.
        if case .live = phase, transport == .sse { attempt.until = now + LadderTimes.check }
        attempts.append(attempt)
        actions.append(.open(lastNumber, transport, probe: isProbe))
        return lastNumber
    }

    mutating func startNext(_ now: Milliseconds) {
        guard case .racing(var race) = phase else { return }
        let next = race.next.removeFirst()
        race.secondAt = nil
        phase = .racing(race)
        open(next, now)
    }

    /// With nobody left in the race, who has not been tried sets out at once, in spite of all memory.
    mutating func raceOn(_ now: Milliseconds, _ draw: Draw) {
        guard case .racing(let race) = phase, attempts.isEmpty else { return }
        if race.next.isEmpty { wait(now, draw) } else { startNext(now) }
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
