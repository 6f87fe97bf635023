import Foundation

/// The seed of a randomised test: printed, and given again by `APUS_SEED=…` to repeat a run.
func seed(_ name: String) -> UInt64 {
    let wanted = ProcessInfo.processInfo.environment["APUS_SEED"].flatMap { UInt64($0) }
    let seed = wanted ?? .random(in: 0...(.max))
    print("\(name) with APUS_SEED=\(seed)")
    return seed
}
