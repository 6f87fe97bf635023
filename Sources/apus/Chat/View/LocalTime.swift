import Foundation

/// A moment of the protocol's (RFC 3339, UTC) as the clock on the wall shows it.
struct LocalTime: Equatable {
    let day: String
    let time: String

    private static let weekdays = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    init(_ text: String, in zone: TimeZone) {
        let numbers = text.split { !$0.isNumber }.prefix(6).compactMap { Int($0) }
        // Nothing was said before there was a server; what has no sense is shown as that.
        guard numbers.count == 6, (1971...9998).contains(numbers[0]), (1...12).contains(numbers[1]),
            (1...31).contains(numbers[2]), numbers[3] < 24, numbers[4] < 60
        else {
            day = ""
            time = "--:--"
            return
        }
        let seconds = Self.days(numbers[0], numbers[1], numbers[2]) * 86_400 + numbers[3] * 3_600 + numbers[4] * 60
        let local = seconds + zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
        let days = local / 86_400
        let minutes = local % 86_400 / 60
        time = "\(minutes / 60 < 10 ? "0" : "")\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
        var (year, month, date) = (numbers[0], numbers[1], numbers[2] + days - seconds / 86_400)
        if date < 1 {
            (year, month) = month == 1 ? (year - 1, 12) : (year, month - 1)
            date = Self.length(year, month)
        } else if date > Self.length(year, month) {
            (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1)
            date = 1
        }
        day = "\(Self.weekdays[days % 7]), \(date) \(Self.months[month - 1]) \(year)"
    }

    private static func length(_ year: Int, _ month: Int) -> Int {
        let next = month == 12 ? days(year + 1, 1, 1) : days(year, month + 1, 1)
        return next - days(year, month, 1)
    }

    /// Days since 1970-01-01, after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (days_from_civil).
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
