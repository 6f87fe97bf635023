import ApusWire

/// Cursors and moments have one text each, and each such text one value.
struct TextCheck {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func run() throws(Finding) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let cursor = Cursor(text) {
            try expect(Array(cursor.description.utf8) == bytes, "\(text) was read as \(cursor)")
            try expect((0...Cursor.maximumSequence).contains(cursor.seq), "the seq \(cursor.seq)")
        }
        let number = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        try cursor(number)
        try moment(Int64(bitPattern: number))
        // Of all 64-bit numbers only one in 58,000 is of our four-digit years.
        try moment(Int64(number % 253_402_300_800_000))
    }

    private func cursor(_ number: UInt64) throws(Finding) {
        let epoch = String(decoding: bytes.prefix(32).map { UInt8(ascii: "a") + $0 % 26 }, as: UTF8.self)
        let cursor = Cursor(epoch: epoch.isEmpty ? "a" : epoch, seq: Int64(number >> 11))
        try expect(Cursor(cursor.description) == cursor, "\(cursor) was not read back")
        try expect(Cursor("\(cursor.epoch)-\(number | 1 << 53)") == nil, "a seq past 2^53")
    }

    /// RFC 3339 with milliseconds, from the first to the last millisecond that it can write.
    private func moment(_ milliseconds: Int64) throws(Finding) {
        let text = Timestamp(milliseconds: milliseconds).description
        let expected = min(max(milliseconds, Self.first), Self.last)
        try expect(Self.milliseconds(text) == expected, "\(milliseconds) ms were written as \(text)")
    }

    private static let first: Int64 = -62_167_219_200_000
    private static let last: Int64 = 253_402_300_799_999

    /// Reads `YYYY-MM-DDThh:mm:ss.sssZ` by counting days from year to year, unlike what wrote it. Nil for other text.
    private static func milliseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 24 else { return nil }
        for (place, mark) in [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "."), (23, "Z")] {
            if bytes[place] != mark.utf8.first { return nil }
        }
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), let rest = number(20..<23)
        else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(month), (1...lengths[Int(month) - 1]).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        // Years before this one since 0000, which is a leap year, and 719,528 days from it to 1970.
        let leaps = year == 0 ? 0 : 1 + (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400
        let days = 365 * year + leaps + lengths[..<(Int(month) - 1)].reduce(0, +) + day - 1 - 719_528
        return ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + rest
    }
}
