package import ApusCore
import ApusWire
import Synchronization

/// Lets the writer keep the search index, in small steps beside everything else that it writes.
package final class SearchIndexer: Sendable {
    private struct State {
        var isRunning = false
        /// There is more to do, but somebody waited for the writer.
        var isBehind = false
        /// The log's head when the steps began that are taken now, or were taken last.
        var aim: Int64 = -1
        /// What `aim` was when there was nothing left to do.
        var doneAt: Int64 = -1
        var hasFailed = false
    }

    private let writer: ChatWriter
    private let hub: Hub
    private let stepTime: Duration
    private let report: @Sendable (String, any Error) -> Void
    private let state = Mutex(State())

    /// - Parameter stepTime: how long a step may keep the writer, and so a message that is being posted.
    package init(
        writer: ChatWriter, hub: Hub, stepTime: Duration = .milliseconds(10),
        report: @escaping @Sendable (String, any Error) -> Void
    ) {
        self.writer = writer
        self.hub = hub
        self.stepTime = stepTime
        self.report = report
    }

    /// Events that came since nothing was left to do: none while the index keeps up.
    package var behind: Int { max(0, Int(hub.published.seq - state.withLock(\.doneAt))) }

    /// Begins to index what is new; does nothing when nothing is. About once a second.
    package func tick() {
        let head = hub.published.seq
        begin(newest: true) { state in
            guard state.doneAt < head else { return false }
            state.aim = head
            return true
        }
    }

    /// Goes on where the last step made way for somebody. More often, for otherwise a busy server would never be done.
    package func goOn() { begin(newest: false) { $0.isBehind } }

    private func begin(newest: Bool, if condition: (inout State) -> Bool) {
        let begins = state.withLock { state in
            guard !state.isRunning, condition(&state) else { return false }
            state.isRunning = true
            return true
        }
        if begins { step(newest: newest) }
    }

    /// One step, and the next one at once while nobody waits for the writer.
    private func step(newest: Bool) {
        submit { [stepTime] store in
            // What is deleted is of no use to anybody; what is new may be looked for already.
            if try store.indexMessages(within: stepTime, newest: newest) { return .unfinished }
            return try store.purgeIndex(within: stepTime)
        } done: { [self] result in
            let hasMore = (try? result.get()) == true  // after a failure the next tick tries again
            if hasMore, writer.depth == 0 { return step(newest: false) }
            state.withLock { state in
                state.isRunning = false
                state.isBehind = hasMore
                if case .success(false) = result { state.doneAt = state.aim }
            }
        }
    }

    /// Indexes what was committed when this was called. Gives up when the disk refuses, or at the `deadline`.
    package func catchUp(until deadline: ContinuousClock.Instant) async {
        var hasMore = true
        while hasMore, ContinuousClock.now < deadline {
            hasMore = await withCheckedContinuation { continuation in
                submit { [stepTime] store in
                    try store.indexMessages(within: stepTime, newest: true) ? .unfinished : .nothingToDo
                } done: { result in
                    if case .success(true) = result {
                        continuation.resume(returning: true)
                    } else {
                        continuation.resume(returning: false)
                    }
                }
            }
        }
    }

    private func submit(
        _ work: @escaping @Sendable (any ChatTransaction) throws -> IndexPurge,
        done: @escaping @Sendable (Result<Bool, any Error>) -> Void
    ) {
        let outcome = Outcome()
        writer.submit(
            WriteJob(
                run: { store in
                    let state = try work(store)
                    outcome.hasMore = state == .unfinished
                    return WriteJob.Effects(events: [], wipes: state == .finished)
                },
                done: { [self] result in
                    tell(result)
                    done(result.map { outcome.hasMore })
                }))
    }

    /// Once, however often it fails. Of a disk that refuses the writer has told.
    private func tell(_ result: Result<Void, any Error>) {
        guard case .failure(let error) = result else { return state.withLock { $0.hasFailed = false } }
        if error is StorageFailure { return }
        let isNews = state.withLock { state in
            defer { state.hasFailed = true }
            return !state.hasFailed
        }
        if isNews { report("search index", error) }
    }

    /// Carries the result from a job's run to its end.
    private final class Outcome: @unchecked Sendable {
        // Invariant for @unchecked: `run` and `done` of a job are called one after the other on the writer's thread.
        var hasMore = false
    }
}
