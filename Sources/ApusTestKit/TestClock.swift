package import ApusWire
import Foundation
import NIOConcurrencyHelpers

/// The wall clock of a server under test: the real time and how far the test has turned it.
package final class TestClock: Sendable {
    private let turned = NIOLockedValueBox<Int64>(0)

    package init() {}

    package var now: Timestamp {
        let real = Int64(Date().timeIntervalSince1970 * 1000)
        return Timestamp(milliseconds: real + turned.withLockedValue(\.self))
    }

    package func advance(milliseconds: Int64) { turned.withLockedValue { $0 += milliseconds } }
}

/// Lets only so many in at a time: a hundred servers at once would only test the scheduler.
actor Turnstile {
    private var free: Int
    private var queue: [CheckedContinuation<Void, Never>] = []

    init(_ places: Int) { free = places }

    func enter() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { queue.append($0) }
        }
    }

    func leave() {
        if queue.isEmpty { free += 1 } else { queue.removeFirst().resume() }
    }
}
