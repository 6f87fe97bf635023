import ApusWire
import Testing

@testable import apus

struct DeliveryCheckTests {
    private func check(_ numbers: [Int]) -> (DeliveryCheck, new: Int) {
        var check = DeliveryCheck()
        let new = numbers.count { check.take($0) }
        return (check, new)
    }

    @Test func `everything once and in order is right`() {
        let (check, new) = check([1, 2, 3, 4])
        #expect(new == 4 && check.lost(of: 4) == 0 && check.doubled == 0 && check.outOfOrder == 0)
    }

    @Test(arguments: [([2, 3], 3, 1), ([1, 4], 4, 2), ([1, 2], 5, 3), ([], 2, 2)])
    func `what has not come is lost`(_ numbers: [Int], of count: Int, _ lost: Int) {
        #expect(check(numbers).0.lost(of: count) == lost)
    }

    @Test func `what comes again is doubled and counts once`() {
        let (check, new) = check([1, 2, 2, 1, 3])
        #expect(new == 3 && check.doubled == 2 && check.lost(of: 3) == 0 && check.outOfOrder == 0)
    }

    @Test func `what comes late is out of order, not lost`() {
        let (check, new) = check([1, 3, 2, 4, 2])
        #expect(new == 4 && check.outOfOrder == 1 && check.doubled == 1 && check.lost(of: 4) == 0)
    }
}

struct CompletionTests {
    @Test func `a message is complete when all have got it`() {
        var completion = Completion(needed: 2)
        #expect([1, 2, 3].map { completion.add($0) } == [0, 0, 0])
        #expect([1, 2].map { completion.add($0) } == [1, 1])
        #expect(completion.add(2) == 0)
        #expect(completion.add(3) == 1)
    }

    @Test func `later messages wait for the first`() {
        var completion = Completion(needed: 2)
        #expect([2, 2, 3].map { completion.add($0) } == [0, 0, 0])
        #expect([1, 1].map { completion.add($0) } == [0, 2])
        #expect(completion.add(3) == 1)
    }
}

struct LatenciesTests {
    @Test func `percentiles are those of what was recorded`() {
        var (a, b) = (Latencies(), Latencies())
        for value in 1...500 { a.record(Int64(value) * 1_000_000) }
        for value in 501...1000 { b.record(Int64(value) * 1_000_000) }
        a.add(b)
        #expect(a.count == 1000 && a.greatest == 1_000_000_000)
        for (percentile, milliseconds) in [(50.0, 500.0), (90, 900), (99, 990), (99.9, 999)] {
            let found = Double(a.percentile(percentile)) / 1e6
            #expect(abs(found - milliseconds) <= milliseconds / 500, "p\(percentile) is \(found)")
        }
        #expect(a.json["p50"] != nil && a.json["p99_9"] != nil && a.json["max"] == .number(1_000_000))
    }

    @Test func `nothing recorded is nothing`() {
        #expect(Latencies().percentile(99) == 0 && Latencies().greatest == 0)
    }

    @Test func `a time beyond an hour counts as an hour`() {
        var latencies = Latencies()
        latencies.record(.max)
        latencies.record(-5)
        #expect(latencies.count == 2 && latencies.greatest == 3_600_000_000_000)
    }
}

struct WordsTests {
    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-12_345, "-12,345")])
    func `counts are grouped`(_ count: Int, _ text: String) { #expect(Words.count(count) == text) }

    @Test(arguments: [
        (999 as Int64, "1 µs"), (250_000, "250 µs"), (1_500_000, "1.50 ms"), (15_500_000, "15.5 ms"),
        (2_340_000_000, "2.34 s"),
    ])
    func `times are in the unit that suits them`(_ nanoseconds: Int64, _ text: String) {
        #expect(Words.time(nanoseconds) == text)
    }
}
