import ApusTestKit
import ApusWire
import Testing

@testable import ApusCore

struct SplitTests {
    private func events(_ sizes: [Int]) -> [EncodedEvent] {
        sizes.enumerated().map {
            EncodedEvent(
                seq: Int64($0.offset * 3 + 10), audience: .everyone, number: nil, membership: nil,
                json: [UInt8](repeating: 0, count: $0.element))
        }
    }

    private func counts(_ sizes: [Int], limit: Int = 100) -> [Int] {
        split(events(sizes), from: 5, to: 1000, limit: limit).map(\.events.count)
    }

    @Test func `nothing is one empty batch over the whole stretch`() {
        let batches = split([], from: 5, to: 9, limit: 10)
        #expect(batches.map { [$0.from, $0.to, Int64($0.events.count)] } == [[5, 9, 0]])
    }

    @Test func `a batch ends at the limit`() {
        #expect(counts([1, 1, 1, 1, 1], limit: 2) == [2, 2, 1])
        #expect(counts([1, 1, 1, 1], limit: 2) == [2, 2])
        #expect(counts([1, 1], limit: 1) == [1, 1])
    }

    @Test func `a batch ends at 64 KiB, but holds at least one event`() {
        #expect(counts([65536]) == [1])
        #expect(counts([65535, 1]) == [2])
        #expect(counts([65535, 2]) == [1, 1])
        #expect(counts([1, 100_000, 1]) == [1, 1, 1])
    }

    @Test func `batches are contiguous, complete and within bounds`() {
        let seed = seed("split")
        var random = Scrambler(seed: seed)
        for _ in 0..<500 {
            let sizes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                Int.random(in: 1...[10, 5000, 80_000].randomElement(using: &random)!, using: &random)
            }
            let events = events(sizes)
            let limit = Int.random(in: 1...10, using: &random)
            let batches = split(events, from: 5, to: 1000, limit: limit)
            #expect(batches.first?.from == 5 && batches.last?.to == 1000, "seed \(seed)")
            #expect(zip(batches, batches.dropFirst()).allSatisfy { $0.to == $1.from }, "seed \(seed)")
            #expect(batches.flatMap { $0.events.map(\.count) } == sizes, "seed \(seed)")
            var rest = events[...]
            for batch in batches {
                let here = rest.prefix(batch.events.count)
                rest = rest.dropFirst(batch.events.count)
                #expect(here.allSatisfy { $0.seq > batch.from && $0.seq <= batch.to }, "seed \(seed)")
                #expect(batch.events.count <= limit, "seed \(seed)")
                #expect(batch.events.count <= 1 || batch.events.reduce(0) { $0 + $1.count } <= 65536, "seed \(seed)")
                #expect(events.isEmpty || !batch.events.isEmpty, "seed \(seed)")
            }
        }
    }
}
