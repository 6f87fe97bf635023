import ApusWire
import NIOCore
import NIOEmbedded
import Testing

@testable import ApusCore

struct LiveTests {
    @Test func `a stream begins with hello, and its first batch begins where hello says`() throws {
        let world = try World()
        world.publish([.joined(1, 7), .message(7)])
        let (_, sink) = world.open(1)
        #expect(sink.hellos.map(\.seq) == [2])
        #expect(sink.hellos.map(\.epoch) == ["e1"])
        #expect(sink.hellos.first.flatMap { world.hub.reader(named: $0.connection) } == 1)
        world.publish([.message(7)])
        world.run()
        #expect(sink.batches.first?.batch.from == 2)
        #expect(sink.seqs == [3])
    }

    @Test func `everything that has gathered is one batch and one flush`() throws {
        let world = try World()
        world.publish([.joined(1, 7), .joined(1, 8)])
        let (_, sink) = world.open(1)
        sink.batches = []
        sink.flushes = 0
        for _ in 0..<5 { world.publish([.message(7), .message(8), .own(1), .everyone]) }
        #expect(sink.batches.isEmpty)
        world.run()
        #expect(sink.stretches == [2...22])
        #expect(sink.seqs == Array(3...22))
        #expect(sink.flushes == 1)
    }

    @Test func `readers of one room at one place share one batch`() throws {
        let world = try World()
        world.publish([.joined(1, 7), .joined(2, 7), .joined(3, 7), .joined(3, 8)])
        let one = world.open(1).sink
        let two = world.open(2).sink
        let other = world.open(3).sink
        // The first brings each reader its signals; from then on they stand at one place.
        world.publish([.message(7)])
        world.run()
        world.publish([.message(7), .message(7)])
        world.run()
        #expect(one.batches.last === two.batches.last)
        #expect(one.batches.last === other.batches.last)
        #expect(one.last?.seqs == [6, 7])
        world.publish([.message(7), .message(8)])
        world.run()
        #expect(one.batches.last === two.batches.last)
        #expect(one.last?.seqs == [8])
        #expect(other.last?.seqs == [8, 9])
    }

    @Test func `membership takes effect where it stands in the log, within one run too`() throws {
        let world = try World()
        let one = world.open(1).sink
        world.publish([.joined(2, 7)])
        let two = world.open(2).sink
        world.publish([
            .message(7), .joined(1, 7), .message(7), .left(1, 7), .message(7), .joined(1, 7), .left(2, 7), .message(7),
        ])
        world.run()
        #expect(one.seqs == [3, 4, 5, 7, 8, 9])
        #expect(two.seqs == [2, 3, 4, 5, 6, 7, 8])
        #expect(one.last?.to == 9)
        world.publish([.message(7)])
        world.run()
        #expect(one.seqs.last == 10)
        #expect(two.seqs.last == 8)
    }

    @Test func `what is said about an earlier event reaches only who was there then`() throws {
        let world = try World()
        world.publish([.joined(1, 7), .message(7), .joined(2, 7)])
        let (one, two) = (world.open(1).sink, world.open(2).sink)
        world.publish([.message(7), .about(7, witness: 2), .message(7), .about(7, witness: 4)])
        world.run()
        #expect(one.seqs == [4, 5, 6, 7])
        #expect(two.seqs == [4, 6, 7])
        #expect(two.last?.to == 7)
        world.publish([.about(7, witness: 2)])
        world.run()
        #expect(one.seqs.last == 8)
        #expect(two.last?.to == 7)
    }

    @Test func `a reader of some rooms hears of nothing else`() throws {
        let world = try World()
        world.publish([.joined(1, 7), .joined(1, 8)])
        let (_, sink) = world.open(1) { $0.scope = .rooms([RoomKey(7)]) }
        world.publish([.message(8), .own(1), .everyone, .message(7), .joined(1, 9), .message(9)])
        world.run()
        #expect(sink.seqs == [6])
    }

    @Test func `to is never past what the loop has drained`() throws {
        let world = try World(loops: 2)
        world.publish([.joined(1, 7), .joined(2, 8)])
        let one = world.open(1, on: 0).sink
        let two = world.open(2, on: 1).sink
        world.publish([.message(7)])
        world.run()
        world.publish([.message(7), .message(8)])
        world.loops[1].run()
        #expect(one.last?.to == 3)
        #expect(two.last?.to == 5)
        world.publish([.message(7)])
        world.loops[0].run()
        #expect(one.stretches.suffix(2) == [2...3, 3...6])
        #expect(one.seqs == [3, 4, 6])
    }

    @Test func `a loop without a reader of the room is not woken`() throws {
        let world = try World(loops: 2)
        world.publish([.joined(1, 7), .joined(2, 8)])
        _ = world.open(1, on: 0)
        _ = world.open(2, on: 1)
        world.publish([.message(7)])
        #expect(world.state(\.scheduled) == 0b01)
        world.run()
        #expect(world.state(\.scheduled) == 0)
    }

    @Test func `a new stream on the loop where its client's older one ends hears of everything`() throws {
        let world = try World()
        world.publish([.joined(1, 7)])
        let older = world.open(1) { $0.client = "tab" }.sink
        let newer = world.open(1) { $0.client = "tab" }.sink
        #expect(older.byes.map(\.code) == [.replaced])
        world.publish([.message(7), .own(1)])
        world.run()
        #expect(newer.seqs == [2, 3])
        #expect(older.seqs == [])
    }

    @Test func `a stream that opens while the last reader of its room has left mail behind hears of everything`() throws
    {
        let world = try World()
        world.publish([.joined(1, 7)])
        let first = world.open(1)
        world.publish([.message(7)])
        world.hub.halves[0].close(first.reader)
        let second = world.open(1).sink
        world.publish([.message(7)])
        world.run()
        #expect(second.seqs == [3])
    }

    @Test func `draining says goodbye to everybody, who is then gone`() throws {
        let world = try World()
        let one = world.open(1).sink
        let poll = world.open(2, .longPoll).sink
        world.hub.halves[0].drainReaders(Bye(.draining))
        #expect(one.byes.map(\.code) == [.draining])
        #expect(poll.byes.map(\.code) == [.draining])
        #expect(world.hub.halves[0].readers.isEmpty)
        #expect(world.state { $0.users.values.map(\.readers) } == [0, 0])
        #expect(world.state { $0.interest.users.isEmpty })
    }

    @Test func `a loop forgets who closed while events waited for it`() throws {
        let world = try World()
        world.publish([.joined(1, 7)])
        let reader = world.open(1).reader
        world.publish([.own(1)])
        world.hub.halves[0].close(reader)
        #expect(world.state { $0.interest.users.keys.map(\.raw) } == [1], "the event may be a joining")
        world.run()
        #expect(world.state { $0.interest.users.isEmpty })
    }

    @Test func `an ack is taken up to what was sent, and not past it`() throws {
        let world = try World()
        world.publish([.joined(1, 7)])
        let reader = world.open(1).reader
        let half = world.hub.halves[0]
        world.publish([.message(7), .message(7)])
        world.run()
        #expect(half.ack(reader, 3))
        #expect(!half.ack(reader, 4))
        #expect(world.hub.takeAcks().map(\.seq) == [3])
        let observer = world.open(1) { $0.observes = true }.reader
        #expect(half.ack(observer, 3))
        #expect(world.hub.takeAcks().isEmpty)
    }
}
