import NIOCore

/// What a message of the bench says: its place among the bench's messages of its room, from 1, and the moment it was
/// meant to be sent. Digits and dots only, so that in JSON it looks as it is.
struct Mark: Equatable {
    static let prefix = "apus-bench "
    /// What the longest mark takes, in bytes.
    static let longest = 64

    var number: Int
    /// Nanoseconds of the monotonic clock.
    var sent: Int64

    init(number: Int, sent: Int64) {
        self.number = number
        self.sent = sent
    }

    /// The message's text, filled up to `size` bytes.
    func text(size: Int) -> String {
        let mark = "\(Self.prefix)\(number) \(sent) "
        return mark + String(repeating: ".", count: max(0, size - mark.utf8.count))
    }

    init?(text: String) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        var bytes = Array(text.utf8.dropFirst(Self.prefix.utf8.count))[...]
        guard let number = bytes.readDigits(), bytes.popFirst() == 0x20, let sent = bytes.readDigits(),
            bytes.popFirst() == 0x20
        else { return nil }
        self.init(number: Int(number), sent: sent)
    }
}

enum Monotonic {
    /// Nanoseconds; only differences mean anything.
    static func now() -> Int64 { Int64(NIODeadline.now().uptimeNanoseconds) }
}

extension Collection<UInt8> where SubSequence == Self {
    /// Takes a decimal number of at most 18 digits off the front.
    mutating func readDigits() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while let byte = first, (0x30...0x39).contains(byte) {
            value = value * 10 + Int64(byte - 0x30)
            count += 1
            if count > 18 { return nil }
            removeFirst()
        }
        return count > 0 ? value : nil
    }
}
