import ApusWire
import Histogram

/// A distribution of times, exact to three digits whatever their size.
struct Latencies: Sendable {
    /// Nanoseconds, up to an hour.
    private var histogram = Histogram<UInt64>(highestTrackableValue: 3_600_000_000_000)

    static let percentiles: [(name: String, value: Double)] = [
        ("p50", 50), ("p90", 90), ("p99", 99), ("p99_9", 99.9),
    ]

    var count: Int { Int(histogram.totalCount) }

    mutating func record(_ nanoseconds: Int64) {
        histogram.record(UInt64(min(max(nanoseconds, 0), 3_600_000_000_000)))
    }

    mutating func add(_ other: Latencies) { histogram.add(other.histogram) }

    /// Nanoseconds; 0 when nothing was measured.
    func percentile(_ value: Double) -> Int64 { Int64(histogram.valueAtPercentile(value)) }

    var greatest: Int64 { Int64(histogram.maxRecorded) }

    /// In microseconds, to a tenth.
    var json: JSONValue {
        var object = JSONObject()
        for percentile in Self.percentiles { object[percentile.name] = Self.json(self.percentile(percentile.value)) }
        object["max"] = Self.json(greatest)
        return .object(object)
    }

    private static func json(_ nanoseconds: Int64) -> JSONValue { .number(Double(nanoseconds / 100) / 10) }
}
