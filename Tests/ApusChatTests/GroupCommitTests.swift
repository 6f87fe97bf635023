import Foundation
import Synchronization
import Testing

@testable import ApusChat

struct GroupCommitTests {
    /// Keeps the thread in its first group until the test opens the gate.
    final class Gate: Sendable {
        let entered = DispatchSemaphore(value: 0)
        let opened = DispatchSemaphore(value: 0)
        let groups = Mutex<[[Int]]>([])

        func process(_ group: [Int]) {
            let isFirst = groups.withLock {
                $0.append(group)
                return $0.count == 1
            }
            if isFirst {
                entered.signal()
                opened.wait()
            }
        }
    }

    /// The groups after work was submitted while the thread was busy with the first.
    private func groups(of work: Range<Int>, limit: Int) -> [[Int]] {
        let gate = Gate()
        let group = GroupCommit<Int>(limit: limit) { gate.process($0) }
        #expect(group.submit(-1))
        gate.entered.wait()
        for item in work { #expect(group.submit(item)) }
        #expect(group.depth == work.count)
        gate.opened.signal()
        group.stop()
        #expect(group.depth == 0)
        return gate.groups.withLock(\.self)
    }

    @Test func `what comes while the thread is busy is one group, in order`() {
        #expect(groups(of: 0..<50, limit: 100) == [[-1], Array(0..<50)])
    }

    @Test func `a group has a limit, and the rest is the next`() {
        #expect(groups(of: 0..<7, limit: 3) == [[-1], [0, 1, 2], [3, 4, 5], [6]])
    }

    @Test func `stopping finishes what was submitted, and refuses what comes after`() {
        let done = Mutex<[Int]>([])
        let group = GroupCommit<Int>(limit: 10) { work in done.withLock { $0 += work } }
        for item in 0..<100 { #expect(group.submit(item)) }
        group.stop()
        #expect(done.withLock(\.self) == Array(0..<100))
        #expect(!group.submit(100))
        group.stop()
        #expect(done.withLock(\.count) == 100)
    }
}
