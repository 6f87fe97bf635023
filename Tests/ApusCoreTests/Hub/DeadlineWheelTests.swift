import NIOCore
import Testing

@testable import ApusCore

struct DeadlineWheelTests {
    private func at(_ milliseconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .milliseconds(milliseconds) }

    @Test(arguments: [0, 1, 49, 50, 51, 99, 100, 1000, 20_000, 25_000] as [Int64])
    func `a deadline comes up not early, and at most a granularity late`(milliseconds: Int64) {
        for start in [0, 13, 49, 50, 123_456] as [Int64] {
            var wheel = DeadlineWheel<Int>(now: at(start))
            wheel.add(1, at: at(start + milliseconds))
            var found: Int64?
            for now in start...(start + milliseconds + 60) where found == nil {
                if !wheel.turn(to: at(now)).isEmpty { found = now }
            }
            // One that is due already comes with the next turn.
            let range = (start + milliseconds)...(start + milliseconds + 50)
            #expect(found.map(range.contains) == true, "\(start) + \(milliseconds): \(found ?? -1)")
        }
    }

    @Test func `a deadline further away than a turn comes up after one turn, to be asked again`() {
        var wheel = DeadlineWheel<Int>(now: at(0))
        wheel.add(1, at: at(60_000))
        check(wheel.turn(to: at(25_000)).isEmpty)
        check(wheel.turn(to: at(25_600)) == [1])
    }

    @Test func `deadlines in the past come up with the next turn`() {
        var wheel = DeadlineWheel<Int>(now: at(10_000))
        wheel.add(1, at: at(0))
        check(wheel.turn(to: at(10_049)).isEmpty)
        check(wheel.turn(to: at(10_050)) == [1])
        check(wheel.turn(to: at(60_000)).isEmpty)
    }

    @Test func `a loop that stood still for long finds everything`() {
        var wheel = DeadlineWheel<Int>(now: at(0))
        for index in 0..<500 { wheel.add(index, at: at(Int64(index) * 50)) }
        check(wheel.turn(to: at(10_000_000)).sorted() == Array(0..<500))
        wheel.add(1, at: at(10_000_100))
        check(wheel.turn(to: at(10_000_099)).isEmpty)
        check(wheel.turn(to: at(10_000_150)) == [1])
    }
}
