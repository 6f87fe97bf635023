import ApusWire
import NIOEmbedded
import Testing

@testable import ApusCore

/// The hub with several loops, turned in random order, against what the log itself says. `APUS_SEED=…` repeats a run.
struct HubModelTests {
    static let rounds = 40

    @Test func `whatever the order of things, every reader gets exactly what it may see`() throws {
        let seed = seed("hub model")
        for round in 0..<Self.rounds {
            let model = try HubModel(seed: seed &+ UInt64(round))
            for _ in 0..<250 { model.step() }
            model.settle()
            for fault in model.faults() { Issue.record("seed \(seed &+ UInt64(round)): \(fault)") }
            if !model.faults().isEmpty { return }
        }
    }
}
