import NIOCore

/// Until when a request must have come in completely. One timer at a time, and none while there is nothing to wait for:
/// a busy connection sets and clears its deadline without touching the timer. Confined to its loop.
final class RequestDeadline {
    private let loop: any EventLoop
    private let passed: () -> Void
    private var deadline: NIODeadline?
    private var timer: Scheduled<Void>?
    /// When the timer fires.
    private var due = NIODeadline.distantFuture

    /// - Parameter passed: called when a deadline passes that has not been cleared.
    init(loop: any EventLoop, passed: @escaping () -> Void) {
        self.loop = loop
        self.passed = passed
    }

    func set(in time: TimeAmount) { set(to: loop.now + time) }

    /// An earlier one stays.
    func tighten(to time: TimeAmount) {
        let new = loop.now + time
        if deadline.map({ $0 > new }) ?? true { set(to: new) }
    }

    private func set(to new: NIODeadline) {
        deadline = new
        if timer != nil, due <= new { return }
        timer?.cancel()
        arm(until: new)
    }

    /// There is nothing to wait for now; the timer finds that out by itself.
    func clear() { deadline = nil }

    /// There never will be again.
    func cancel() {
        deadline = nil
        timer?.cancel()
        timer = nil
    }

    private func arm(until deadline: NIODeadline) {
        due = deadline
        timer = loop.assumeIsolated().scheduleTask(deadline: deadline) { self.fire() }
    }

    private func fire() {
        timer = nil
        guard let deadline else { return }
        if deadline > loop.now { return arm(until: deadline) }
        passed()
    }
}
