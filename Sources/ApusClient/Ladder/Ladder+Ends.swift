import ApusWire

/// How attempts end, and what follows. A refusal is never held against the transport that brought it.
extension Ladder {
    private enum Verdict {
        /// The transport, or the network, failed.
        case failure
        /// Something on the way spoils this transport.
        case distrust
        case later(spread: Milliseconds?, retryAfter: Milliseconds?)
        case reset
        case needsCredentials
        case final(Reason)

        init(_ end: End) {
            switch end {
            case .lost: self = .failure
            case .close(let code):
                guard let code = CloseCode(rawValue: code) else {
                    // From 4400 the codes are Apus's own, so a later server's word.
                    self = code >= 4400 ? .later(spread: nil, retryAfter: nil) : .failure
                    return
                }
                self.init(code, spread: nil)
            case .status(401, _): self = .needsCredentials
            case .status(410, _): self = .reset
            case .status(let status, let retryAfter) where status == 408 || status == 429 || status >= 500:
                self = .later(spread: nil, retryAfter: retryAfter)
            case .status(let status, _): self = .final(.httpStatus(status))
            }
        }

        init(_ code: CloseCode, spread: Milliseconds?) {
            switch (code, code.reconnects, code.countsAgainstTransport) {
            case (.unauthorized, _, _): self = .needsCredentials
            case (.reset, _, _): self = .reset
            case (_, true, true): self = .failure
            case (_, true, false): self = .later(spread: spread, retryAfter: nil)
            case (_, false, true): self = .distrust
            case (_, false, false): self = .final(.code(code.name))
            }
        }
    }

    mutating func ended(_ number: Int, _ end: End, _ now: Milliseconds, _ draw: Draw) {
        guard let index = find(number) else { return }
        follow(Verdict(end), attempts[index], now, draw)
    }

    mutating func bye(
        _ number: Int, _ code: String, _ reconnect: Bool, _ spread: Milliseconds, _ now: Milliseconds, _ draw: Draw
    ) {
        guard let index = find(number) else { return }
        actions.append(.close(number))
        let known = CloseCode.allCases.first { $0.name == code }
        let unknown = reconnect ? Verdict.later(spread: spread, retryAfter: nil) : .final(.code(code))
        follow(known.map { Verdict($0, spread: spread) } ?? unknown, attempts[index], now, draw)
    }

    mutating func reset(_ number: Int, _ spread: Milliseconds, _ now: Milliseconds, _ draw: Draw) {
        guard find(number) != nil else { return }
        needsSnapshot = true
        wait(now, draw, spread: spread)
    }

    /// Read again from the cursor. No fault of the transport.
    mutating func gap(_ number: Int, _ now: Milliseconds, _ draw: Draw) {
        guard let index = find(number) else { return }
        attempts[index].isExcused = true
        actions.append(.close(number))
        fail(number, now, draw)
    }

    mutating func snapshotFailed(_ end: End, _ now: Milliseconds, _ draw: Draw) {
        guard case .snapshotting = phase else { return }
        follow(Verdict(end), nil, now, draw)
    }

    private mutating func follow(_ verdict: Verdict, _ attempt: Attempt?, _ now: Milliseconds, _ draw: Draw) {
        var carries = true
        if case .live(let live) = phase { carries = live.carrier == attempt?.number }
        switch verdict {
        case .failure: return fail(attempt?.number, now, draw)
        case .distrust:
            if let attempt {
                attempts[index(attempt.number)].isExcused = true
                distrust(attempt.transport, now)
            }
            return fail(attempt?.number, now, draw)
        case .later(_, let retryAfter) where !carries:
            // A probe was refused; what carries is not touched.
            remove(attempt?.number, now)
            if let retryAfter, case .live(var live) = phase, let climbAt = live.climbAt {
                live.climbAt = max(climbAt, now + retryAfter)
                phase = .live(live)
            }
            return
        case .later(let spread, let retryAfter):
            remove(attempt?.number, now)
            wait(now, draw, spread: spread, retryAfter: retryAfter)
        case .reset:
            needsSnapshot = true
            remove(attempt?.number, now)
            wait(now, draw, spread: 0)
        case .needsCredentials:
            remove(attempt?.number, now)
            finish(.needsCredentials, now)
        case .final(let reason):
            remove(attempt?.number, now)
            finish(.closed(reason), now)
        }
    }

    /// The attempt is over (its `close`, if one is needed, has been said). Without one it was the snapshot that failed.
    mutating func fail(_ number: Int?, _ now: Milliseconds, _ draw: Draw) {
        guard let number, let attempt = find(number).map({ attempts[$0] }) else { return wait(now, draw) }
        let counts = !attempt.isExcused && !isOffline
        switch phase {
        case .racing(var race):
            if counts { race.failed.insert(attempt.transport) }
            phase = .racing(race)
            remove(number, now)
            raceOn(now, draw)
        case .live(let live) where live.carrier == number:
            if counts, attempt.askedAt != nil, attempt.waitSeconds > 0 { return waitWasCut(number, now) }
            // Proven and at once cut off, again and again: no worse one would ever get its turn without this. A poll
            // that has failed without waiting says nothing against waiting.
            if counts, !attempt.transport.isPoll, now - live.carrierSince < LadderTimes.settled {
                strike(attempt.transport, now)
            }
            remove(number, now)
            wait(now, draw)
        default:
            if counts { strike(attempt.transport, now) }
            remove(number, now)
        }
    }

    /// Forgets an attempt. Without its carrier the ladder is in no state to go on: the caller decides on the next.
    private mutating func remove(_ number: Int?, _ now: Milliseconds) {
        guard let number else { return }
        if case .live(let live) = phase, live.carrier == number {
            settle(live, now)
            phase = .idle
        }
        attempts.removeAll { $0.number == number }
    }
}
