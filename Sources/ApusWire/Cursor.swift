/// A position in the log: everything up to and including `seq` has been applied. Its text form is `EPOCH-SEQ`.
public struct Cursor: Sendable, Hashable, CustomStringConvertible {
    /// Sequence numbers are whole numbers below 2⁵³, so that every JSON reader keeps them exact.
    public static let maximumSequence: Int64 = (1 << 53) - 1

    public var epoch: String
    public var seq: Int64

    public init(epoch: String, seq: Int64) {
        self.epoch = epoch
        self.seq = seq
    }

    /// Nil unless the text is 1…32 of `[a-z0-9]`, a hyphen, and a whole number without sign or leading zeros.
    public init?(_ text: some StringProtocol) {
        let utf8 = ContiguousArray(text.utf8.prefix(65))
        guard utf8.count <= 64, let hyphen = utf8.firstIndex(of: UInt8(ascii: "-")), (1...32).contains(hyphen),
            utf8[..<hyphen].allSatisfy(Self.isEpochByte)
        else { return nil }
        let digits = utf8[(hyphen + 1)...]
        guard (1...16).contains(digits.count), digits.first != 0x30 || digits.count == 1 else { return nil }
        var seq: Int64 = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            seq = seq * 10 + Int64(digit - 0x30)
        }
        guard seq <= Self.maximumSequence else { return nil }
        self.init(epoch: String(decoding: utf8[..<hyphen], as: UTF8.self), seq: seq)
    }

    public var description: String { "\(epoch)-\(seq)" }

    private static func isEpochByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
}
