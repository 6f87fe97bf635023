import NIOCore

/// Posts for a while, waits for what is on its way, and takes the figures.
struct Measurement: Sendable {
    struct Figures: Sendable {
        var tally: Tally
        var posted: Poster.Posted
        /// The time that was measured, in seconds; longer than asked when what was posted in it came later.
        var postedSeconds: Double
        var deliveredSeconds: Double
        /// Processors that the bench itself kept busy.
        var processors: Double
        var isInterrupted: Bool
    }

    /// How long nothing may come of what is on its way before it counts as lost.
    private static let patience: Int64 = 10_000_000_000

    private let loops: Loops
    /// Nil when nobody reads.
    private let crowd: ReaderCrowd?
    private let crew: PosterCrew

    init(_ loops: Loops, _ crowd: ReaderCrowd?, _ crew: PosterCrew) {
        (self.loops, self.crowd, self.crew) = (loops, crowd, crew)
    }

    func take(warmUp: Double, seconds: Double, _ progress: inout Progress) async throws -> Figures {
        try await introduce()
        let begin = Monotonic.now() + Int64(warmUp * 1e9)
        let window = Window(begin: begin, end: begin + Int64(seconds * 1e9))
        let processorsBefore = processorTime()
        try await crowd?.each { $0.window = window }
        let started = Monotonic.now()
        try await crew.each { $0.start(window) }
        while !Task.isCancelled, Monotonic.now() < window.end {
            try await loops.pause(100)
            try await report(window, started, &progress)
        }
        try await crew.each { $0.stop() }
        let end = min(window.end, Monotonic.now())
        let processors = (processorTime() - processorsBefore) / (Double(Monotonic.now() - started) / 1e9)
        let isInterrupted = end < window.end
        guard end > window.begin else { throw Interrupted.early }
        let (tally, posted) = try await drain()
        return Figures(
            tally: tally, posted: posted,
            postedSeconds: Double(max(end, posted.lastMeasured) - begin) / 1e9,
            deliveredSeconds: Double(max(end, tally.lastMeasured) - begin) / 1e9,
            processors: processors, isInterrupted: isInterrupted)
    }

    /// Lets the readers tell the poster what all of them have got.
    private func introduce() async throws {
        guard let crowd, let poster = crew.posters.first else { return }
        for (index, share) in crowd.shares.enumerated() {
            try await loops.on(share) { share in
                share.complete = { count, room in
                    if poster.eventLoop.inEventLoop {
                        poster.value.delivered(count, in: room, by: index)
                    } else {
                        poster.eventLoop.execute { poster.value.delivered(count, in: room, by: index) }
                    }
                }
            }
        }
    }

    private func report(_ window: Window, _ started: Int64, _ progress: inout Progress) async throws {
        let posted = try await crew.posted()
        let tally = try await crowd?.tally()
        let now = Monotonic.now()
        progress.say {
            let isWarm = now >= window.begin
            let measured = Double(max(now - window.begin, 1)) / 1e9
            let messages = Double(posted.measured.reduce(0, +)) / measured
            var line = "\(Words.whole(seconds: now - started)) of \(Words.whole(seconds: window.end - started)) s"
            guard isWarm else { return line + ", warming up" }
            line += ", \(Words.rate(messages)) messages/s"
            if let tally {
                line += ", \(Words.rate(Double(tally.measured) / measured)) deliveries/s"
                line += ", p99 \(Words.time(tally.latencies.percentile(99)))"
            } else {
                line += ", p99 \(Words.time(posted.latencies.percentile(99)))"
            }
            return line
        }
    }

    private func drain() async throws -> (Tally, Poster.Posted) {
        var before = (0, 0)
        var since = Monotonic.now()
        while true {
            let posted = try await crew.posted()
            let tally = try await crowd?.tally() ?? Tally()
            let due = zip(posted.acknowledged, crowd?.plan.readers ?? []).reduce(0) { $0 + $1.0 * $1.1 }
            if posted.acknowledged == posted.posted, tally.deliveries >= due { return (tally, posted) }
            let now = (posted.acknowledged.reduce(0, +), tally.deliveries)
            if now != before { (before, since) = (now, Monotonic.now()) }
            if Monotonic.now() - since > Self.patience { return (tally, posted) }
            try await loops.pause(10)
        }
    }
}
