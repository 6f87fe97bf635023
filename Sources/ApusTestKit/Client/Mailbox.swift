import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// What has come on a connection and nobody has taken yet: filled by its event loop, emptied by one reader.
///
/// A wait that reaches its deadline takes nothing with it, so the next one goes on where it stopped (an async
/// sequence would be finished by the cancellation). Once ended, the last word is repeated to whoever asks again.
final class Mailbox<Element: Sendable>: Sendable {
    private struct Waiter {
        var ticket: Int
        var continuation: CheckedContinuation<Element, any Error>
    }

    private struct State {
        var waiting = CircularBuffer<Element>()
        var end: Result<Element, any Error>?
        var waiter: Waiter?
        var nextTicket = 0
        var taken = 0
        var recent = CircularBuffer<Element>()

        mutating func take() -> Result<Element, any Error>? {
            guard let element = waiting.popFirst() else { return end }
            note(element)
            return .success(element)
        }

        mutating func note(_ element: Element) {
            taken += 1
            recent.append(element)
            if recent.count > 4 { recent.removeFirst() }
        }
    }

    /// NIO's lock, because the thread sanitizer does not know the standard library's `Mutex` on Linux.
    private let state = NIOLockedValueBox(State())
    private let describe: @Sendable (Element) -> String

    init(describe: @escaping @Sendable (Element) -> String) { self.describe = describe }

    func put(_ element: Element) {
        let waiter: Waiter? = state.withLockedValue {
            if $0.end != nil { return nil }
            guard let waiter = $0.waiter else {
                $0.waiting.append(element)
                return nil
            }
            $0.waiter = nil
            $0.note(element)
            return waiter
        }
        waiter?.continuation.resume(returning: element)
    }

    var hasEnded: Bool { state.withLockedValue { $0.end != nil } }

    /// Nothing comes after this; the first end counts.
    func end(_ last: Result<Element, any Error>) {
        let waiter: Waiter? = state.withLockedValue {
            if $0.end != nil { return nil }
            $0.end = last
            return $0.waiter.take()
        }
        waiter?.continuation.resume(with: last)
    }

    func take(_ awaited: @autoclosure @escaping @Sendable () -> String, by deadline: Deadline) async throws -> Element {
        if let result = state.withLockedValue({ $0.take() }) { return try result.get() }
        let ticket = state.withLockedValue {
            $0.nextTicket += 1
            return $0.nextTicket
        }
        let alarm = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(deadline: deadline.instant) {
            self.fail(ticket) { deadline.failure(awaited(), came: self.history) }
        }
        defer { alarm.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                // The alarm or the cancellation may have come first and found nobody: hence the two looks here.
                let result: Result<Element, any Error>? = state.withLockedValue {
                    if let result = $0.take() { return result }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if $0.waiter != nil { return .failure(ClientFailure(.misuse, "two tasks wait for \(awaited())")) }
                    $0.waiter = Waiter(ticket: ticket, continuation: continuation)
                    return nil
                }
                if let result {
                    continuation.resume(with: result)
                } else if deadline.hasPassed {
                    fail(ticket) { deadline.failure(awaited(), came: history) }
                }
            }
        } onCancel: {
            fail(ticket) { CancellationError() }
        }
    }

    /// What came so far, for error messages: how many, and the last few.
    var history: String {
        let (taken, recent) = state.withLockedValue { ($0.taken, $0.recent) }
        if taken == 0 { return "nothing had come" }
        return "\(taken) had come, the last: " + recent.map { describe($0).abridged(to: 80) }.joined(separator: " | ")
    }

    private func fail(_ ticket: Int, _ error: () -> any Error) {
        let waiter: Waiter? = state.withLockedValue {
            $0.waiter?.ticket == ticket ? $0.waiter.take() : nil
        }
        waiter?.continuation.resume(throwing: error())
    }
}
