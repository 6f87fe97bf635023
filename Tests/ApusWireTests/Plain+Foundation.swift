import Foundation

extension Plain {
    /// From what `JSONSerialization` read.
    init(foundation value: Any) {
        switch value {
        case is NSNull: self = .null
        case let text as String: self = .string(text)
        case let elements as [Any]: self = .array(elements.map { Plain(foundation: $0) })
        case let members as [String: Any]: self = .object(members.mapValues { Plain(foundation: $0) })
        case let number as NSNumber where Plain.isBoolean(number): self = .bool(number.boolValue)
        case let number as NSNumber: self = .number(number.doubleValue)
        default: preconditionFailure("JSONSerialization makes no \(type(of: value))")
        }
    }

    /// For `JSONSerialization` to write.
    var foundation: Any {
        switch self {
        case .null: NSNull()
        case .bool(let bool): bool
        case .number(let double): double
        case .string(let text): text
        case .array(let elements): elements.map(\.foundation)
        case .object(let members): members.mapValues(\.foundation)
        }
    }

    /// An `NSNumber` made from a Boolean is a number too; only its type tells.
    private static func isBoolean(_ number: NSNumber) -> Bool {
        number === NSNumber(value: true) || number === NSNumber(value: false) || String(cString: number.objCType) == "B"
    }

    /// `JSONSerialization` wants an array or an object outside.
    var wrapped: Plain { .array([self]) }
}

extension Plain {
    static func random(depth: Int, using random: inout SplitMix64) -> Plain {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .number(Double(Int64.random(in: -(1 << 53)...(1 << 53), using: &random)))
        case 3: return .number(randomDouble(using: &random))
        case 4, 5: return .string(randomText(using: &random))
        case 6:
            let count = Int.random(in: 0...4, using: &random)
            return .array((0..<count).map { _ in self.random(depth: depth - 1, using: &random) })
        default:
            var members: [String: Plain] = [:]
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                members[randomText(using: &random)] = self.random(depth: depth - 1, using: &random)
            }
            return .object(members)
        }
    }

    /// Any bit pattern that is a number, very large and very small ones included.
    private static func randomDouble(using random: inout SplitMix64) -> Double {
        let double = Double(bitPattern: random.next())
        return double.isFinite ? double : 0.5
    }

    /// Any scalars, those with escapes and at the edges of UTF-8's lengths often.
    private static func randomText(using random: inout SplitMix64) -> String {
        let edges: [Unicode.Scalar] = [
            "\0", "\n", "\t", "\u{1F}", "\"", "\\", "/", "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{301}",
            "\u{2028}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}", "a", "é", "中", "😀",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            if Bool.random(using: &random) {
                text.append(edges[Int.random(in: 0..<edges.count, using: &random)])
            } else if let scalar = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random)) {
                text.append(scalar)
            }
        }
        return String(text)
    }
}
