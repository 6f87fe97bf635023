import ApusClient
import ApusWire
import Testing

/// Streams that start anywhere, lag, lose batches and overlap: what is applied is the log, once and in order.
struct SequencerRandomTests {
    struct Stream {
        var position: Int64
        var sent: Int64?
    }

    @Test func `whatever streams bring and lose, each event is applied once and in order`() throws {
        var random = Seed("streams in disorder")
        let seed = random.seed
        for round in 0..<200 {
            let place = "APUS_SEED=\(seed), round \(round)"
            let log = (1...400).filter { _ in random.chance(0.7) }.map(Int64.init)
            var sequencer = Sequencer(cursor: Cursor(epoch: "e1", seq: 0))
            var streams: [Int: Stream] = [:]
            var applied: [Int64] = []
            var now: Int64 = 0
            var number = 0
            var carrier: Int?
            while sequencer.cursor.seq < 400 {
                now += Int64(random.below(400))
                if streams.isEmpty || random.chance(0.1) {
                    number += 1
                    let back = Int64(random.below(3)) * Int64(random.below(20))
                    streams[number] = Stream(position: max(0, sequencer.cursor.seq - back))
                }
                let chosen = try #require(streams.keys.sorted().randomElement(using: &random))
                var input = Sequencer.Input.due
                if random.chance(0.1) {
                    input = .carry(attempt: chosen, acks: true)
                    carrier = chosen
                } else if var stream = streams[chosen], random.chance(0.9) {
                    let from = stream.position
                    let to = min(400, from + Int64(random.below(30)))
                    stream.position = to
                    if random.chance(0.05) {
                        streams[chosen] = stream  // this batch is lost
                        continue
                    }
                    let events = try log.filter { from < $0 && $0 <= to }.map(event)
                    input = .batch(attempt: chosen, epoch: nil, from: from, to: to, events: events)
                    stream.sent = to
                    streams[chosen] = stream
                }
                let before = sequencer.cursor.seq
                for action in sequencer.handle(input, now: now) {
                    switch action {
                    case .apply(let events): applied += events.map(\.seq)
                    case .gap(let attempt):
                        streams[attempt] = nil
                        if carrier == attempt { carrier = nil }
                    case .ack(let attempt, let seq):
                        let sent = streams[attempt]?.sent ?? -1
                        #expect(attempt == carrier && seq <= sent, "\(place): acked \(seq) of \(sent) sent")
                        #expect(seq <= sequencer.cursor.seq, "\(place): acked what is not applied")
                    }
                }
                #expect(sequencer.cursor.seq >= before, "\(place): the cursor went back")
                #expect(sequencer.deadline.map { $0 > now && $0 <= now + 1_000 } ?? true, "\(place): the deadline")
            }
            #expect(applied == log, "\(place): what was applied is not the log")
        }
    }

    private func event(_ seq: Int64) throws -> Event {
        try Event([
            "seq": .integer(seq), "type": "message.created", "by": "u_1", "at": "2026-11-23T04:03:19.057Z", "data": [:],
        ])
    }
}
