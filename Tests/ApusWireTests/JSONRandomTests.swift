import ApusWire
import Foundation
import Testing

/// ApusWire's JSON against Foundation's, on values that nobody thought of. `APUS_SEED=…` repeats a run.
struct JSONRandomTests {
    static let rounds = 400

    let seed: UInt64

    init() {
        let wanted = ProcessInfo.processInfo.environment["APUS_SEED"].flatMap { UInt64($0) }
        seed = wanted ?? .random(in: 0...(.max))
        print("random JSON with APUS_SEED=\(seed)")
    }

    @Test func `what ApusWire writes, Foundation reads`() throws {
        var random = SplitMix64(state: seed)
        for round in 0..<Self.rounds {
            let value = Plain.random(depth: 5, using: &random).wrapped
            let object = try JSONSerialization.jsonObject(with: Data(value.encoded))
            #expect(agree(Plain(foundation: object), value), "seed \(seed), round \(round)")
        }
    }

    @Test func `what Foundation writes, ApusWire reads`() throws {
        var random = SplitMix64(state: seed)
        let options: [JSONSerialization.WritingOptions] = [[], .prettyPrinted, .withoutEscapingSlashes, .sortedKeys]
        for round in 0..<Self.rounds {
            let value = Plain.random(depth: 5, using: &random).wrapped
            let data = try JSONSerialization.data(
                withJSONObject: value.foundation, options: options[round % options.count])
            #expect(Plain(try JSONValue(parsing: data)) == value, "seed \(seed), round \(round)")
        }
    }

    @Test func `what ApusWire writes, ApusWire reads`() throws {
        var random = SplitMix64(state: seed)
        for round in 0..<Self.rounds {
            let value = Plain.random(depth: 5, using: &random).jsonValue
            #expect(try JSONValue(parsing: value.encoded) == value, "seed \(seed), round \(round)")
        }
    }

    /// Nothing that is read may crash, and what is accepted by both must mean the same.
    @Test func `of damaged JSON, nothing is read that Foundation reads otherwise`() throws {
        var random = SplitMix64(state: seed)
        for round in 0..<Self.rounds {
            var bytes = Plain.random(depth: 4, using: &random).wrapped.encoded
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let ours = try? JSONValue(parsing: bytes) else { continue }  // refused, as most damage should be
            let theirs = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            #expect(agree(Plain(ours), Plain(foundation: theirs)), "seed \(seed), round \(round)")
        }
    }
}

/// `JSONSerialization` reads some doubles a few units in the last place off; ApusWire's own round trip is exact.
private func agree(_ left: Plain, _ right: Plain) -> Bool { left.agrees(with: right, within: 1e-13) }

/// Sebastiano Vigna's SplitMix64: small, and the same on every platform.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
