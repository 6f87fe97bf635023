import ApusWire
import NIOCore
import NIOEmbedded
import Testing

@testable import ApusCore

struct PollTests {
    private func world(ring: Int = 100) throws -> World {
        let world = try World { $0.ringEvents = ring }
        world.publish([.joined(1, 7)])
        return world
    }

    @Test func `a short poll is answered at once, with what there is or with nothing`() throws {
        let world = try world()
        #expect(world.open(1, .shortPoll, cursor: 0).sink.seqs == [1])
        let (reader, sink) = world.open(1, .shortPoll, cursor: 1)
        #expect(sink.stretches == [1...1])
        #expect(sink.hellos.isEmpty)
        #expect(reader.isEnded)
    }

    @Test func `a long poll waits for the first event, and gets one answer`() throws {
        let world = try world()
        let (reader, sink) = world.open(1, .longPoll, cursor: 1)
        #expect(sink.batches.isEmpty)
        world.publish([.message(8)])
        world.run()
        #expect(sink.batches.isEmpty)
        world.publish([.message(7), .message(7)])
        world.publish([.message(7)])
        world.run()
        #expect(sink.seqs == [3, 4, 5])
        #expect(sink.stretches == [1...5])
        #expect(sink.batches.map(\.more) == [false])
        #expect(reader.isEnded)
        #expect(world.state { $0.users[UserKey(1)]?.readers } == 0)
    }

    @Test func `a long poll with nothing to say is answered when its time is up, and not before`() throws {
        let world = try world()
        let (_, sink) = world.open(1, .longPoll, cursor: 1)
        world.publish([.message(8)])
        world.loops[0].advanceTime(by: .milliseconds(24_999))
        #expect(sink.batches.isEmpty)
        world.loops[0].advanceTime(by: .milliseconds(101))
        #expect(sink.stretches == [1...2])
    }

    @Test func `a poll of more than its limit says that there is more`() throws {
        let world = try world()
        world.publish((0..<5).map { _ in .message(7) })
        let (_, sink) = world.open(1, .longPoll, cursor: 1) { $0.limit = 2 }
        #expect(sink.seqs == [2, 3])
        #expect(sink.batches.map(\.more) == [true])
        #expect(sink.stretches == [1...3])
    }

    @Test(arguments: [TransportKind.shortPoll, .longPoll])
    func `a poll that waits for the disk is not answered with nothing when its time is up`(kind: TransportKind) throws {
        let world = try world(ring: 1)
        world.publish([.message(7), .message(7), .message(7)])
        _ = world.open(1, .shortPoll, cursor: 0)
        world.run()
        world.work.hold()
        let (reader, sink) = world.open(1, kind, cursor: 0)
        world.loops[0].advanceTime(by: .seconds(60))
        #expect(sink.batches.isEmpty)
        world.work.runAll()
        world.run()
        #expect(sink.seqs == [1, 2, 3, 4])
        #expect(sink.batches.count == 1)
        #expect(reader.isEnded)
        #expect(world.state { $0.users[UserKey(1)]?.readers } == 0)
    }

    @Test func `a poll with a token wakes for signals, one without does not`() throws {
        let world = try world()
        let token = world.state { $0.token($0.signals.version) }
        let with = world.open(1, .longPoll, cursor: 1) { $0.signals = token }.sink
        let without = world.open(1, .longPoll, cursor: 1).sink
        world.hub.publish([], signals: [.value(5, room: 7)])
        world.run()
        #expect(with.signals["receipt r7 u_0"] == 5)
        #expect(with.last?.signalsTo == "e1-1")
        #expect(with.last?.signalsFull == false)
        #expect(without.batches.isEmpty)
        world.publish([.message(7)])
        world.run()
        #expect(without.signals["receipt r7 u_0"] == 5)
        #expect(without.last?.signalsFull == true)
    }

    @Test func `a poll with an old token is answered at once with what changed since`() throws {
        let world = try world()
        world.hub.publish([], signals: [.value(5, room: 7)])
        _ = world.open(1)
        let current = world.open(1, .longPoll, cursor: 1) { $0.signals = "e1-1" }.sink
        #expect(current.batches.isEmpty)
        let old = world.open(1, .longPoll, cursor: 1) { $0.signals = "e1-0" }.sink
        #expect(old.signals["receipt r7 u_0"] == 5)
        let unknown = world.open(1, .longPoll, cursor: 1) { $0.signals = "e9-0" }.sink
        #expect(unknown.last?.signalsFull == true)
    }

    @Test func `a poll's cursor acknowledges by itself, an observer's does not`() throws {
        let world = try world()
        _ = world.open(1, .shortPoll, cursor: 1)
        #expect(world.hub.takeAcks().map(\.seq) == [1])
        _ = world.open(1, .shortPoll, cursor: 1) { $0.observes = true }
        #expect(world.hub.takeAcks().isEmpty)
    }
}
