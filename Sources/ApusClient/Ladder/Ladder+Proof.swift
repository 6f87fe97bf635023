/// What attempts bring, and what makes one of them the carrier.
extension Ladder {
    func find(_ number: Int) -> Int? { attempts.firstIndex { $0.number == number } }

    /// For the carrier, which is always among the attempts.
    func index(_ carrier: Int) -> Int {
        guard let index = find(carrier) else { preconditionFailure("the carrier \(carrier) is no attempt") }
        return index
    }

    mutating func opened(_ number: Int, _ now: Milliseconds) {
        guard let index = find(number) else { return }
        heard(number, now)
        if attempts[index].transport == .webSocket { probe(index, now) }
    }

    mutating func hello(_ number: Int, _ now: Milliseconds) {
        guard let index = find(number) else { return }
        heard(number, now)
        attempts[index].hasHello = true
        if attempts[index].transport == .sse, attempts[index].until != nil, !attempts[index].isTrusted {
            attempts[index].until = now + LadderTimes.attempt
            probe(index, now)
        }
        prove(number, now)
    }

    mutating func probe(_ index: Int, _ now: Milliseconds) {
        attempts[index].probedAt = now
        actions.append(.probe(attempts[index].number))
    }

    /// On SSE the answer came over another connection: it says that the network lives, not that the stream does.
    mutating func echoed(_ number: Int, _ now: Milliseconds) {
        guard let index = find(number) else { return }
        if let probedAt = attempts[index].probedAt { roundTrip = now - probedAt }
        attempts[index].probedAt = nil
        attempts[index].hasEcho = true
        if attempts[index].transport == .webSocket || now - attempts[index].lastByte < LadderTimes.silence {
            checked(number)
        }
        if attempts[index].transport == .webSocket { attempts[index].lastByte = now }
        prove(number, now)
    }

    mutating func batch(_ number: Int, _ isEmpty: Bool, _ now: Milliseconds) {
        guard let index = find(number) else { return }
        heard(number, now)
        if isEmpty, attempts[index].hasHello { attempts[index].tick(now) }
        prove(number, now)
    }

    mutating func heard(_ number: Int, _ now: Milliseconds) {
        guard let index = find(number) else { return }
        attempts[index].lastByte = now
        checked(number)
    }

    mutating func checked(_ number: Int) {
        guard case .live(var live) = phase, live.carrier == number else { return }
        live.checkUntil = nil
        live.isSuspect = false
        phase = .live(live)
    }

    mutating func prove(_ number: Int, _ now: Milliseconds) {
        guard let index = find(number), attempts[index].until != nil, attempts[index].isProven else { return }
        guard attempts[index].isProbe, !attempts[index].isResuming else { return carry(number, now) }
        if attempts[index].transport == .webSocket {
            attempts[index].isResuming = true
            attempts[index].hasHello = false
            attempts[index].until = now + LadderTimes.check
            actions.append(.resume(number))
        } else {
            close(number)
            let stream = open(.sse, now)
            attempts[self.index(stream)].isTrusted = true
        }
    }

    mutating func close(_ number: Int) {
        attempts.removeAll { $0.number == number }
        actions.append(.close(number))
    }

    /// The hand-over. What the old carrier still had on its way comes again on the new one, and the sequencer drops
    /// what came twice, so nothing waits for the old one's end.
    private mutating func carry(_ number: Int, _ now: Milliseconds) {
        let transport = attempts[index(number)].transport
        attempts[index(number)].until = nil
        let before = phase
        var live = Live(carrier: number, since: now, carrierSince: now)
        if case .live(let old) = before {
            forgive(old, now)
            live = Live(carrier: number, since: old.since, carrierSince: now)
            live.climbs = old.climbs
            live.climbAt = old.climbAt
        }
        live.climbAt = transport == .webSocket ? nil : live.climbAt ?? now + LadderTimes.climbs[0]
        phase = .live(live)
        hasBeenLive = true
        actions.append(.carry(number))
        for attempt in attempts where attempt.transport < transport { close(attempt.number) }
        if case .racing(let race) = before {
            for failed in Transport.allCases where failed > transport && race.failed.contains(failed) {
                strike(failed, now)
            }
        }
        // That waiting works is only known when an answer has waited.
        if transport != .longPoll { worked(transport, now) }
        // Not before a poll was answered: where one answer at a time gets through, a stream's, which never ends, would
        // keep the poll's from coming.
        if case .racing(let race) = before, transport.isPoll, race.next.contains(.sse), !isBehind(.sse, now) {
            open(.sse, now)
        }
    }
}
