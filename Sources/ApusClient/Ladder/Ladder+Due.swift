/// Time.
extension Ladder {
    /// When to come back with `due`; nil only while nothing is to happen without another input.
    public var deadline: Milliseconds? {
        let proof = attempts.compactMap(\.until).min()
        let times: [Milliseconds?]
        switch phase {
        case .idle, .needsCredentials, .closed: return nil
        case .waiting(let until), .snapshotting(let until): return until
        case .racing(let race): times = [proof, race.secondAt]
        case .live(let live):
            let alive = live.checkUntil ?? attempts[index(live.carrier)].silentAt
            times = [proof, alive, live.pollAt, isVisible ? live.climbAt : nil]
        }
        return times.compactMap(\.self).min()
    }

    mutating func runDue(_ now: Milliseconds, _ draw: Draw) {
        while let deadline, deadline <= now { runFirst(now, draw) }
    }

    private mutating func runFirst(_ now: Milliseconds, _ draw: Draw) {
        if let attempt = attempts.first(where: { $0.until.map { $0 <= now } ?? false }) {
            return overdue(attempt, now, draw)
        }
        switch phase {
        case .idle, .needsCredentials, .closed: break
        case .waiting: begin(now)
        case .snapshotting: wait(now, draw)
        case .racing: startNext(now)
        case .live(var live):
            if let until = live.checkUntil, until <= now {
                guard now - until > LadderTimes.sleep else {
                    actions.append(.close(live.carrier))
                    return fail(live.carrier, now, draw)
                }
                live.checkUntil = nil
                phase = .live(live)
                check(now)
            } else if live.checkUntil == nil, attempts[index(live.carrier)].silentAt.map({ $0 <= now }) ?? false {
                check(now)
            } else if let pollAt = live.pollAt, pollAt <= now {
                askAgain(live.carrier, now)
            } else {
                climb(now, draw)
            }
        }
    }

    /// Nobody was awake to hear it: a few seconds more, and nothing is held against it.
    private mutating func overdue(_ attempt: Attempt, _ now: Milliseconds, _ draw: Draw) {
        if let until = attempt.until, now - until > LadderTimes.sleep {
            attempts[index(attempt.number)].until = now + LadderTimes.check
            attempts[index(attempt.number)].isExcused = true
        } else {
            actions.append(.close(attempt.number))
            fail(attempt.number, now, draw)
        }
    }
}
