import ApusTestKit
import Foundation
import Testing

/// Random lives of a server. `APUS_SEED` plays a certain one again (as far as the clock allows), and
/// `APUS_MODEL_SECONDS` a longer one.
struct ModelTests {
    @Test func `a random life of the server is as the model says`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["APUS_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...UInt64(UInt32.max))
        let seconds = environment["APUS_MODEL_SECONDS"].flatMap { Int($0) } ?? 10
        print("model: APUS_SEED=\(seed)")
        do {
            print("model:", try await ModelRun(seed: seed, duration: .seconds(seconds)).play())
        } catch {
            Issue.record("APUS_SEED=\(seed): \(error)")
        }
    }
}
