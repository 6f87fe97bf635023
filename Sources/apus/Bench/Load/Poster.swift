import ApusServer
import ApusWire
import NIOCore

/// One connection that posts messages. What is unanswered when the connection breaks is sent again under the same ids,
/// which by the protocol happens once. Confined to its loop.
final class Poster {
    private struct Unanswered {
        var room: Int
        var mark: Mark
    }

    let plan: Plan
    let loop: any EventLoop
    private(set) var posted: Posted
    private var window = Window.none
    private var hasStarted = false
    private var isStopped = false
    private var started: Int64 = 0
    private var inFlight = 0
    /// By the number of the command.
    private var unanswered: [Int: Unanswered] = [:]
    private var commands = 0
    /// By room and loop: how many messages all readers there have got; only with `Pace.delivered`.
    private var reached: [[Int]]
    private var line: PosterLine?
    private var failures = 0
    private var isClosed = false

    /// - Parameter readers: by loop and room, how many there are to wait for.
    init(_ plan: Plan, readers: [[Int]], on loop: any EventLoop) {
        self.plan = plan
        self.loop = loop
        let none = [Int](repeating: 0, count: plan.names.count)
        posted = Posted(posted: none, acknowledged: none, measured: none)
        reached = plan.names.indices.map { room in readers.map { $0[room] > 0 ? 0 : .max } }
    }

    func connect() {
        if !isClosed { line = PosterLine(self) }
    }

    func close() {
        isClosed = true
        line?.close()
        line = nil
    }

    /// Begins to post; `window` says until when.
    func start(_ window: Window) {
        self.window = window
        hasStarted = true
        started = Monotonic.now()
        fill()
    }

    /// Posts nothing any more; what is unanswered may still be answered.
    func stop() { isStopped = true }

    // MARK: posting

    private func fill() {
        guard hasStarted, !isStopped else { return }
        var new: [Int] = []
        let now = Monotonic.now()
        switch plan.pace {
        case .acknowledged(let most), .delivered(let most):
            // One array over HTTP: the next request begins when all of the last have been answered.
            guard now < window.end, plan.way == .webSocket || unanswered.isEmpty else { break }
            while inFlight < most { new.append(post(sent: now)) }
        case .rate(let rate):
            var due = started + Int64(Double(commands) * 1e9 / rate)
            while due <= now, due < window.end {
                // Not `now`: a message that had to wait for its turn is late, and its latency says so.
                new.append(post(sent: due))
                due = started + Int64(Double(commands) * 1e9 / rate)
            }
            if due < window.end { loop.assumeIsolated().scheduleTask(in: .nanoseconds(due - now)) { self.fill() } }
        }
        if !new.isEmpty, posted.isOpen { line?.send(new.map(command)) }
    }

    private func post(sent: Int64) -> Int {
        let room = plan.rooms[commands % plan.rooms.count]
        posted.posted[room] += 1
        unanswered[commands] = Unanswered(room: room, mark: Mark(number: posted.posted[room], sent: sent))
        inFlight += 1
        defer { commands += 1 }
        return commands
    }

    /// `{"id","op","room","text"}`.
    private func command(_ number: Int) -> [UInt8] {
        guard let message = unanswered[number] else { return [] }
        var writer = JSONWriter(capacity: plan.size + 128)
        writer.object {
            $0.member("id", "\(plan.ids)-\(number)")
            $0.member("op", "message.post")
            $0.member("room", plan.names[message.room])
            $0.member("text", message.mark.text(size: plan.size))
        }
        return writer.bytes
    }

    /// All readers of one loop have got so many more messages of a room.
    func delivered(_ count: Int, in room: Int, by loop: Int) {
        guard case .delivered = plan.pace else { return }
        let before = reached[room].min() ?? 0
        reached[room][loop] += count
        inFlight -= (reached[room].min() ?? 0) - before
        fill()
    }

    // MARK: what the line says

    func opened() {
        posted.isOpen = true
        failures = 0
        let again = unanswered.keys.sorted()
        if !again.isEmpty { line?.send(again.map(command)) }
        fill()
    }

    func answered(_ reply: ReplyScan) {
        if let refusal = reply.refusal {
            // Passing trouble: all that is unanswered is sent again, in order, over a new connection.
            return refusal.isPassing ? lost(refusal.code) : fail(refusal.sentence)
        }
        guard let number = reply.command, let message = unanswered.removeValue(forKey: number) else { return }
        let now = Monotonic.now()
        posted.acknowledged[message.room] += 1
        if window.contains(message.mark.sent) {
            posted.measured[message.room] += 1
            posted.latencies.record(now - message.mark.sent)
            posted.lastMeasured = now
        }
        if case .acknowledged = plan.pace {
            inFlight -= 1
            fill()
        }
    }

    func fail(_ sentence: OperatorError) { posted.failure = posted.failure ?? sentence }

    func lost(_ reason: String) {
        guard line != nil else { return }
        line?.close()
        line = nil
        if posted.isOpen { posted.reconnects += 1 }
        posted.isOpen = false
        posted.lastTrouble = reason
        if isClosed { return }
        failures += 1
        let most = min(2000, 100 << min(failures, 5))
        loop.assumeIsolated().scheduleTask(in: .milliseconds(.random(in: 0...Int64(most)))) { self.connect() }
    }
}
