import ApusWire
import NIOCore
import NIOEmbedded
import Testing

@testable import ApusCore

struct HeartbeatTests {
    @Test func `a stream with nothing to say says so once a heartbeat, up to where the loop has come`() throws {
        let world = try World()
        world.publish([.joined(1, 7)])
        let (_, sink) = world.open(1)
        let before = sink.batches.count
        world.publish([.message(8)])
        world.loops[0].advanceTime(by: .seconds(19))
        #expect(sink.batches.count == before)
        world.loops[0].advanceTime(by: .milliseconds(1100))
        #expect(sink.batches.count == before + 1)
        #expect(sink.last?.to == 2)
        #expect(sink.last?.events.isEmpty == true)
        #expect(sink.lifeChecks == 1)
        world.loops[0].advanceTime(by: .seconds(20))
        world.loops[0].advanceTime(by: .milliseconds(100))
        #expect(sink.batches.count == before + 2)
    }

    @Test(arguments: [nil, TimeAmount.seconds(55)])
    func `what a credential has opened ends with it, and not before`(wait: TimeAmount?) throws {
        let world = try World()
        let end = Timestamp(milliseconds: world.clock.now.milliseconds + 30_000)
        let (reader, sink) = world.open(1) {
            $0.endsAt = end
            $0.wait = wait
            if wait != nil { $0.kind = .longPoll }
        }
        for _ in 1...29 {
            world.clock.advance(seconds: 1)
            world.loops[0].advanceTime(by: .seconds(1))
        }
        #expect(!reader.isEnded)
        world.clock.advance(seconds: 1)
        world.loops[0].advanceTime(by: .seconds(1) + DeadlineWheel<UInt64>.granularity)
        #expect(reader.isEnded)
        #expect(sink.byes.map(\.code) == [.unauthorized])
    }

    @Test func `what is written puts the heartbeat off`() throws {
        let world = try World()
        world.publish([.joined(1, 7)])
        let (_, sink) = world.open(1)
        world.loops[0].advanceTime(by: .seconds(15))
        world.publish([.message(7)])
        world.run()
        let before = sink.batches.count
        world.loops[0].advanceTime(by: .seconds(19))
        #expect(sink.batches.count == before)
        world.loops[0].advanceTime(by: .milliseconds(1100))
        #expect(sink.batches.count == before + 1)
    }

    @Test func `a socket that takes nothing gets no heartbeat`() throws {
        let world = try World()
        let (_, sink) = world.open(1)
        sink.room = 0
        let before = sink.batches.count
        world.loops[0].advanceTime(by: .seconds(60))
        #expect(sink.batches.count == before)
        #expect(sink.lifeChecks >= 2)
    }

    @Test func `an SSE stream ticks twice soon after its hello`() throws {
        let world = try World()
        let (_, sink) = world.open(1, .sse)
        let before = sink.batches.count
        world.loops[0].advanceTime(by: .milliseconds(499))
        #expect(sink.batches.count == before)
        world.loops[0].advanceTime(by: .milliseconds(101))
        #expect(sink.batches.count == before + 1)
        world.loops[0].advanceTime(by: .milliseconds(399))
        #expect(sink.batches.count == before + 1)
        world.loops[0].advanceTime(by: .milliseconds(101))
        #expect(sink.batches.count == before + 2)
        world.loops[0].advanceTime(by: .seconds(18))
        #expect(sink.batches.count == before + 2)
    }

    @Test func `a probe gets hello and ticks, no events, and ends`() throws {
        let world = try World()
        world.publish([.joined(1, 7)])
        let (reader, sink) = world.open(1, .sse) { $0.probes = true }
        world.publish([.message(7), .own(1), .everyone], signals: [.value(1, room: 7)])
        world.loops[0].advanceTime(by: .milliseconds(1100))
        #expect(sink.hellos.map(\.seq) == [1])
        #expect(sink.stretches == [1...1, 1...1])
        #expect(sink.signals.isEmpty)
        world.hub.tick()
        #expect(world.state { !$0.presence.contains(UserKey(1)) })
        world.loops[0].advanceTime(by: .milliseconds(13_800))
        #expect(!reader.isEnded)
        world.loops[0].advanceTime(by: .milliseconds(200))
        #expect(reader.isEnded)
        #expect(sink.byes.map(\.code) == [.normal])
        #expect(world.state { $0.users[UserKey(1)]?.readers } == 0)
    }

    @Test(arguments: [(10, 10), (55, 15)])
    func `a poll that probes waits no longer than a probe lives`(wait: Int64, expected: Int64) throws {
        let world = try World()
        let (reader, sink) = world.open(1, .longPoll) {
            $0.probes = true
            $0.wait = .seconds(wait)
        }
        world.loops[0].advanceTime(by: .seconds(expected) - .milliseconds(200))
        #expect(!reader.isEnded && sink.batches.isEmpty)
        world.loops[0].advanceTime(by: .milliseconds(400))
        #expect(reader.isEnded && sink.batches.count == 1)
    }

    @Test func `the loop's timer ends with its last reader, and comes back with the next`() throws {
        let world = try World()
        let first = world.open(1)
        world.hub.halves[0].close(first.reader)
        world.loops[0].advanceTime(by: .seconds(3600))
        let (_, sink) = world.open(1)
        let before = sink.batches.count
        world.loops[0].advanceTime(by: .milliseconds(20_100))
        #expect(sink.batches.count == before + 1)
    }
}
