import ApusServer
import NIOCore

/// All readers of a run, spread over the loops.
struct ReaderCrowd: Sendable {
    let plan: LoadPlan
    let loops: Loops
    /// By loop and room, how many readers there are.
    let counts: [[Int]]
    let shares: [NIOLoopBound<LoadShare>]

    init(_ plan: LoadPlan, _ loops: Loops) async throws {
        self.plan = plan
        self.loops = loops
        var counts = [[Int]](repeating: [Int](repeating: 0, count: plan.rooms.count), count: loops.all.count)
        var next = 0
        for (room, readers) in plan.readers.enumerated() {
            for _ in 0..<readers {
                counts[next % counts.count][room] += 1
                next += 1
            }
        }
        self.counts = counts
        var shares: [NIOLoopBound<LoadShare>] = []
        for (loop, counts) in zip(loops.all, counts) {
            shares.append(
                try await loop.submit { NIOLoopBound(LoadShare(plan, counts: counts, on: loop), eventLoop: loop) }.get()
            )
        }
        self.shares = shares
    }

    var readers: Int { plan.readers.reduce(0, +) }

    func each(_ body: @escaping @Sendable (LoadShare) -> Void) async throws {
        for share in shares { try await loops.on(share, body) }
    }

    func tally() async throws -> Tally {
        var sum = Tally()
        for share in shares { sum.add(try await loops.on(share) { $0.tally }) }
        if let failure = sum.failure { throw failure }
        return sum
    }

    func verdict(messages: [Int]) async throws -> Verdict {
        var sum = Verdict()
        for share in shares { sum = sum + (try await loops.on(share) { $0.verdict(messages: messages) }) }
        return sum
    }

    /// Opens all streams.
    /// - Returns: how long it took, in seconds.
    /// - Throws: when none was opened for 20 seconds.
    func connect(_ progress: inout Progress) async throws -> Double {
        let begun = Monotonic.now()
        var (most, since) = (0, begun)
        try await each { $0.connect() }
        while true {
            let tally = try await tally()
            let now = Monotonic.now()
            if tally.open + (plan.reconnects ? 0 : tally.ended) >= readers { return Double(now - begun) / 1e9 }
            if tally.open > most { (most, since) = (tally.open, now) }
            guard now - since < 20_000_000_000 else {
                let reason = tally.lastTrouble.map { "; the last trouble was: \($0)" } ?? ""
                throw OperatorError(
                    "Only \(tally.open) of \(readers) readers could open their streams over \(plan.transport.words)"
                        + "\(reason). Does a proxy hold them back? Another --transport may work.")
            }
            if Task.isCancelled { throw Interrupted.early }
            progress.say { "connecting, \(tally.open) of \(readers) readers" }
            try await loops.pause(20)
        }
    }
}

enum Interrupted {
    static let early = OperatorError("Interrupted before anything was measured.")
}
