import NIOCore

/// Until when a request must have come in completely. One timer at a time, and none while there is nothing to wait for:
/// a busy connection sets and clears its deadline without touching the timer. Confined to its loop.
final class RequestDeadline {
    private let loop: any EventLoop
    private let passed: () -> Void
    private var deadline: NIODeadline?
    private var timer: Scheduled<Void>?

    /// - Parameter passed: called when a deadline passes that has not been cleared.
    init(loop: any EventLoop, passed: @escaping () -> Void) {
        self.loop = loop
        self.passed = passed
    }

    func set(in time: TimeAmount) {
        deadline = loop.now + time
        if timer == nil { arm(in: time) }
    }

    /// There is nothing to wait for now; the timer finds that out by itself.
    func clear() { deadline = nil }

    /// There never will be again.
    func cancel() {
        deadline = nil
        timer?.cancel()
        timer = nil
    }

    private func arm(in time: TimeAmount) {
        timer = loop.assumeIsolated().scheduleTask(in: time) { self.fire() }
    }

    private func fire() {
        timer = nil
        guard let deadline else { return }
        let rest = deadline - loop.now
        if rest > .zero { return arm(in: rest) }
        passed()
    }
}
