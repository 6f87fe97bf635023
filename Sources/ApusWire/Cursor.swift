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
        let utf8 = text.utf8
        guard utf8.count <= 64, let hyphen = utf8.firstIndex(of: UInt8(ascii: "-")) else { return nil }
        let epoch = utf8[..<hyphen]
        let digits = utf8[utf8.index(after: hyphen)...]
        guard (1...32).contains(epoch.count), epoch.allSatisfy(Self.isEpochByte),
            digits.allSatisfy({ (0x30...0x39).contains($0) }), digits.first != 0x30 || digits.count == 1,
            let seq = Int64(String(decoding: digits, as: UTF8.self)), seq <= Self.maximumSequence
        else { return nil }
        self.init(epoch: String(decoding: epoch, as: UTF8.self), seq: seq)
    }

    public var description: String { "\(epoch)-\(seq)" }

    private static func isEpochByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
}
