import ApusWire

/// The field that says when an answer was made (RFC 9110 section 6.6.1). Every answer has it, so its text is made once a
/// second. Confined to a loop.
final class DateField {
    private let clock: () -> Timestamp
    private var second = Int64.min
    private var text = ""

    init(clock: @escaping () -> Timestamp) { self.clock = clock }

    /// As RFC 9110 section 5.6.7 has it: `Sun, 06 Nov 1994 08:49:37 GMT`.
    var value: String {
        let now = clock().milliseconds
        let second = now >= 0 ? now / 1000 : (now - 999) / 1000
        if second != self.second {
            self.second = second
            text = Self.text(second)
        }
        return text
    }

    private static func text(_ second: Int64) -> String {
        let day = second >= 0 ? second / 86_400 : (second - 86_399) / 86_400
        // The first day was a Thursday.
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int((day % 7 + 7) % 7)]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        // 1994-11-06T08:49:37.000Z
        let moment = Array(Timestamp(milliseconds: second * 1000).description.utf8)
        func piece(_ range: Range<Int>) -> String { String(decoding: moment[range], as: UTF8.self) }
        let month = months[(Int(piece(5..<7)) ?? 1) - 1]
        return "\(weekday), \(piece(8..<10)) \(month) \(piece(0..<4)) \(piece(11..<19)) GMT"
    }
}
