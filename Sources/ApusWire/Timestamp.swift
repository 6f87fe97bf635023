/// A moment in milliseconds since 1970-01-01 UTC; its text form is RFC 3339 with milliseconds and `Z`. That has four
/// digits for the year: what lies before 0000 or after 9999 is written as the first or the last moment of these.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    public var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(Self.length)
        append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The text form's length, in bytes.
    static let length = 24

    /// Days to civil date after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (civil_from_days).
    func append(to text: inout [UInt8]) {
        let milliseconds = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
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
        text.put(year, 1000, UInt8(ascii: "-"))
        text.put(month, 10, UInt8(ascii: "-"))
        text.put(dayOfMonth, 10, UInt8(ascii: "T"))
        text.put(time / 3_600_000, 10, UInt8(ascii: ":"))
        text.put(time / 60_000 % 60, 10, UInt8(ascii: ":"))
        text.put(time / 1000 % 60, 10, UInt8(ascii: "."))
        text.put(time % 1000, 100, UInt8(ascii: "Z"))
    }
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self - divisor + 1) / divisor
    }
}

extension [UInt8] {
    /// Appends a number's decimal digits, from the one that counts `first`, and a separator.
    fileprivate mutating func put(_ value: Int64, _ first: Int64, _ separator: UInt8) {
        var divisor = first
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
        append(separator)
    }
}
