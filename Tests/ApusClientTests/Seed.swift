import Foundation

/// SplitMix64 (Steele, Lea & Flood, 2014) from `APUS_SEED`, or from a seed of its own, which is printed.
struct Seed: RandomNumberGenerator {
    let seed: UInt64
    private var state: UInt64

    init(_ test: String) {
        let wanted = ProcessInfo.processInfo.environment["APUS_SEED"].flatMap { UInt64($0) }
        seed = wanted ?? .random(in: 0...(.max))
        state = seed
        print("\(test) with APUS_SEED=\(seed)")
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
    mutating func chance(_ part: Double) -> Bool { Double.random(in: 0..<1, using: &self) < part }
}
