/// While something carries: checking it, asking by polls, climbing.
extension Ladder {
    /// The moment is good: try at once, or see whether the connection still lives.
    mutating func hurry(_ now: Milliseconds) {
        if case .waiting = phase { beginWhenAllowed(now) } else { check(now) }
    }

    mutating func woke(_ now: Milliseconds) {
        raceAnew(now)
        hurry(now)
    }

    mutating func check(_ now: Milliseconds) {
        guard case .live(var live) = phase, live.checkUntil == nil else { return }
        let carrier = attempts[index(live.carrier)]
        // Between two questions the server's interval holds, and there is nothing that could be dead.
        if carrier.transport.isPoll, carrier.askedAt == nil, let notBefore, notBefore > now { return }
        live.checkUntil = now + LadderTimes.check
        live.isSuspect = carrier.silentAt.map { $0 <= now } ?? false
        live.waitFailed = live.isSuspect && carrier.waitSeconds > 0
        phase = .live(live)
        if carrier.transport.isPoll {
            ask(live.carrier, waitSeconds: 0, now)
        } else {
            probe(index(live.carrier), now)
        }
    }

    // MARK: Polls

    mutating func polled(
        _ number: Int, isEmpty: Bool, more: Bool, retryAfter: Milliseconds?, _ now: Milliseconds, _ draw: Draw
    ) {
        guard let index = find(number), let askedAt = attempts[index].askedAt else { return }
        let waited = attempts[index].waitSeconds > 0 ? now - askedAt : nil
        attempts[index].askedAt = nil
        attempts[index].hasHello = true
        heard(number, now)
        prove(number, now)
        guard case .live(var live) = phase, live.carrier == number, let index = find(number) else { return }
        if live.waitFailed {
            live.waitFailed = false
            attempts[index].isTryingToWait = false
            strike(.longPoll, now)
            if isAvoided(.longPoll, now) { attempts[index].transport = .shortPoll }
        } else if !attempts[index].hasWaited, let waited, waited >= LadderTimes.shortestWait {
            attempts[index].hasWaited = true
            attempts[index].isTryingToWait = false
            attempts[index].transport = .longPoll
            worked(.longPoll, now)
        }
        let waits = attempts[index].transport == .longPoll || attempts[index].isTryingToWait
        if let retryAfter {
            live.pollAt = now + retryAfter
            notBefore = live.pollAt
        } else if more {
            live.pollAt = now
        } else if waits {
            let hasNotWaited = isEmpty && waited.map { $0 < LadderTimes.shortestWait } ?? false
            live.pollAt = hasNotWaited ? askedAt + LadderTimes.shortestWait : now
        } else {
            let interval = isVisible ? LadderTimes.visibleInterval : LadderTimes.hiddenInterval
            live.pollAt = now + Milliseconds(Double(interval) * (0.9 + 0.2 * draw()))
        }
        phase = .live(live)
    }

    /// A proxy may have cut the waiting, and the network be well: that is told by asking without.
    mutating func waitWasCut(_ number: Int, _ now: Milliseconds) {
        guard case .live(var live) = phase else { return }
        live.waitFailed = true
        live.checkUntil = now + LadderTimes.check
        phase = .live(live)
        ask(number, waitSeconds: 0, now)
    }

    mutating func ask(_ number: Int, waitSeconds: Int, _ now: Milliseconds) {
        guard case .live(var live) = phase else { return }
        live.pollAt = nil
        phase = .live(live)
        attempts[index(number)].askedAt = now
        attempts[index(number)].waitSeconds = waitSeconds
        actions.append(.poll(number, waitSeconds: waitSeconds))
    }

    mutating func askAgain(_ number: Int, _ now: Milliseconds) {
        let attempt = attempts[index(number)]
        let waits = attempt.transport == .longPoll || attempt.isTryingToWait
        ask(number, waitSeconds: waits ? LadderTimes.waitSeconds : 0, now)
    }

    // MARK: Climbing

    mutating func climb(_ now: Milliseconds, _ draw: Draw) {
        guard case .live(var live) = phase else { return }
        let carrier = index(live.carrier)
        let better = Transport.allCases.filter { $0 > attempts[carrier].transport }
        let open = better.filter { !isAvoided($0, now) }
        guard !open.isEmpty else {
            live.climbAt = better.compactMap { strikes[$0]?.avoidedUntil }.min()
            phase = .live(live)
            return
        }
        live.climbs += 1
        let gap =
            live.climbs < LadderTimes.climbs.count
            ? LadderTimes.climbs[live.climbs]
            : Milliseconds(Double(LadderTimes.laterClimbs) * (0.8 + 0.4 * draw()))
        live.climbAt = now + gap
        if open.contains(.longPoll) {
            attempts[carrier].isTryingToWait = true
            attempts[carrier].hasWaited = false
        }
        phase = .live(live)
        for transport in open where !transport.isPoll && !attempts.contains(where: { $0.transport == transport }) {
            self.open(transport, isProbe: true, now)
        }
    }
}
