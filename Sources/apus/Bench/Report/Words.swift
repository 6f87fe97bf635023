import ApusWire
import Foundation

/// Numbers as people read them.
enum Words {
    /// 1234567 as "1,234,567".
    static func count(_ value: Int) -> String {
        let digits = Array(String(abs(value)))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    /// With one decimal below 100, where it says something.
    static func rate(_ value: Double) -> String {
        value < 100 ? String(format: "%.1f", value) : count(Int(value.rounded()))
    }

    /// Nanoseconds in the unit that suits them.
    static func time(_ nanoseconds: Int64) -> String {
        let value = Double(nanoseconds)
        return switch value {
        case ..<1e6: String(format: "%.0f µs", value / 1e3)
        case ..<1e9: String(format: value < 1e7 ? "%.2f ms" : "%.1f ms", value / 1e6)
        default: String(format: "%.2f s", value / 1e9)
        }
    }

    /// Nanoseconds, to the nearest second.
    static func whole(seconds nanoseconds: Int64) -> Int64 { (nanoseconds + 500_000_000) / 1_000_000_000 }

    static func mebibytes(_ bytes: Int) -> String { String(format: "%.1f MiB", Double(bytes) / 1_048_576) }

    static func seconds(_ value: Double) -> String { String(format: "%.1f s", value) }

    static func plural(_ count: Int, _ one: String, _ many: String) -> String {
        "\(self.count(count)) \(count == 1 ? one : many)"
    }

    static func json(_ value: Double, places: Double = 10) -> JSONValue {
        .number((value * places).rounded() / places)
    }

    /// A table's rows of times under one head of percentiles.
    static func table(_ rows: [(name: String, latencies: Latencies)]) -> [String] {
        let heads = ["p50", "p90", "p99", "p99.9", "max"]
        var lines = [pad("", 30) + heads.map { pad($0, 11, right: true) }.joined()]
        for row in rows {
            let times = Latencies.percentiles.map { row.latencies.percentile($0.value) } + [row.latencies.greatest]
            lines.append(pad("  " + row.name, 30) + times.map { pad(time($0), 11, right: true) }.joined())
        }
        return lines
    }

    static func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, width - text.count))
        return right ? space + text : text + space
    }
}
