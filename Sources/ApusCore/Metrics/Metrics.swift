import Synchronization

/// A number that only grows.
package final class Counter: Sendable {
    private let value = Atomic<Int>(0)

    package init() {}

    package func add(_ amount: Int = 1) { value.add(amount, ordering: .relaxed) }

    package var total: Int { value.load(ordering: .relaxed) }
}

/// A number that goes up and down.
package final class Gauge: Sendable {
    private let value = Atomic<Int>(0)

    package init() {}

    package func add(_ amount: Int) { value.add(amount, ordering: .relaxed) }

    package var current: Int { value.load(ordering: .relaxed) }
}

/// Counts of observations by size: cumulative buckets as Prometheus has them.
package final class Histogram: Sendable {
    /// The upper bounds in the unit that is observed; `+Inf` comes by itself.
    package let bounds: [Int]
    private let buckets: [Counter]
    private let sum = Atomic<Int>(0)

    package init(bounds: [Int]) {
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Counter() }
    }

    package func observe(_ value: Int) {
        buckets[bounds.firstIndex { value <= $0 } ?? bounds.count].add()
        sum.add(value, ordering: .relaxed)
    }

    /// (upper bound or nil for infinity, observations up to it), their sum.
    package var snapshot: (cumulative: [(bound: Int?, count: Int)], sum: Int) {
        var count = 0
        let cumulative = buckets.enumerated().map { index, bucket -> (bound: Int?, count: Int) in
            count += bucket.total
            return (index < bounds.count ? bounds[index] : nil, count)
        }
        return (cumulative, sum.load(ordering: .relaxed))
    }
}

/// Counters by one label's value, for values that are few but not known beforehand.
package final class CounterFamily<Label: Hashable & Sendable>: Sendable {
    private let counters = Mutex<[Label: Counter]>([:])

    package init() {}

    package subscript(label: Label) -> Counter {
        counters.withLock { counters in
            if let counter = counters[label] { return counter }
            let counter = Counter()
            counters[label] = counter
            return counter
        }
    }

    package var totals: [Label: Int] { counters.withLock { $0.mapValues(\.total) } }
}
