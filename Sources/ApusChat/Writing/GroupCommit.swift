import Foundation

/// One thread that takes everything that is waiting and hands it over as a group: the natural batching of a group
/// commit. Under light load a group is one piece of work; under heavy load it grows with the queue, up to a limit.
final class GroupCommit<Work: Sendable>: @unchecked Sendable {
    // Invariant for @unchecked: `waiting` and `state` are touched only while `condition` is held.
    private enum State { case running, stopping, stopped }
    private let condition = NSCondition()
    private var waiting: [Work] = []
    private var state = State.running
    private let limit: Int
    private let weight: @Sendable (Work) -> Int
    private let process: @Sendable ([Work]) -> Void

    /// - Parameters:
    ///   - limit: the greatest weight of a group; one piece of work is taken whatever it weighs.
    ///   - weight: how much a piece of work counts for.
    ///   - process: called on the thread, one group after the other, each in the order of its submission.
    init(
        limit: Int, weight: @escaping @Sendable (Work) -> Int = { _ in 1 },
        process: @escaping @Sendable ([Work]) -> Void
    ) {
        self.limit = limit
        self.weight = weight
        self.process = process
        let thread = Thread { self.run() }
        thread.name = "apus-writer"
        thread.start()
    }

    /// Hands over work; false when the writer has been stopped and nothing will happen to it.
    func submit(_ work: Work) -> Bool {
        condition.withLock {
            guard state == .running else { return false }
            waiting.append(work)
            if waiting.count == 1 { condition.signal() }
            return true
        }
    }

    /// Finishes what was submitted and returns when the thread has ended. Further work is refused.
    func stop() {
        condition.withLock {
            if state == .running { state = .stopping }
            condition.broadcast()
            while state != .stopped { condition.wait() }
        }
    }

    var depth: Int { condition.withLock { waiting.count } }

    private func run() {
        while let group = nextGroup() { process(group) }
    }

    private func nextGroup() -> [Work]? {
        condition.withLock {
            while waiting.isEmpty {
                if state != .running {
                    state = .stopped
                    condition.broadcast()
                    return nil
                }
                condition.wait()
            }
            var count = 0
            var total = 0
            for work in waiting {
                total += weight(work)
                if count > 0, total > limit { break }
                count += 1
            }
            if count == waiting.count {
                defer { waiting = [] }
                return waiting
            }
            defer { waiting.removeFirst(count) }
            return Array(waiting[..<count])
        }
    }
}
