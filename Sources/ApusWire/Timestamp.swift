/// A moment in milliseconds since 1970-01-01 UTC; its text form is RFC 3339 with milliseconds and `Z`.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    /// Days to civil date after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (civil_from_days).
    public var description: String {
        let day = milliseconds.flooredQuotient(86_400_000)
        let time = milliseconds - day * 86_400_000
        let shifted = day + 719_468
        let era = shifted.flooredQuotient(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        var text: [UInt8] = []
        text.reserveCapacity(24)
        func put(_ value: Int64, _ width: Int, _ after: Character) {
            var divisor = (1..<width).reduce(Int64(1)) { product, _ in product * 10 }
            while divisor > 0 {
                text.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
                divisor /= 10
            }
            text.append(after.asciiValue!)  // the six separators below are ASCII
        }
        put(year, 4, "-")
        put(month, 2, "-")
        put(dayOfMonth, 2, "T")
        put(time / 3_600_000, 2, ":")
        put(time / 60_000 % 60, 2, ":")
        put(time / 1000 % 60, 2, ".")
        put(time % 1000, 3, "Z")
        return String(decoding: text, as: UTF8.self)
    }
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self - divisor + 1) / divisor
    }
}
