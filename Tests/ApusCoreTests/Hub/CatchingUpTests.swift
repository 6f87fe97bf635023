import ApusWire
import NIOCore
import Testing

@testable import ApusCore

struct CatchingUpTests {
    private func world(ring: Int = 100) throws -> World {
        let world = try World { $0.ringEvents = ring }
        world.publish([.joined(1, 7)])
        return world
    }

    @Test func `a cursor within the ring is continued without the disk`() throws {
        let world = try world()
        world.publish([.message(7), .message(8), .message(7)])
        let (_, sink) = world.open(1, cursor: 1)
        #expect(sink.hellos.map(\.seq) == [1])
        #expect(sink.seqs == [2, 4])
        #expect(sink.stretches == [1...4])
        #expect(world.log.reads == 0)
        #expect(world.hub.instruments.resumesFromRing.total == 1)
    }

    @Test func `a cursor behind the ring is continued from the disk, page by page`() throws {
        let world = try world(ring: 2)
        world.publish((0..<10).map { _ in .message(7) })
        let (_, sink) = world.open(1, cursor: 0) { $0.limit = 4 }
        world.run()
        #expect(sink.seqs == Array(1...11))
        #expect(sink.batches.map(\.batch.events.count) == [4, 4, 3])
        #expect(world.log.reads > 0)
        #expect(world.hub.instruments.resumesFromDisk.total == 1)
    }

    @Test func `a slow socket is left alone, and catches up from the ring when it takes bytes again`() throws {
        let world = try world()
        let (reader, sink) = world.open(1)
        sink.room = 1
        for _ in 0..<4 {
            world.publish([.message(7)])
            world.run()
        }
        #expect(sink.seqs == [2])
        #expect(world.hub.instruments.slowReaders.total == 1)
        sink.room = nil
        world.hub.halves[0].becameWritable(reader)
        #expect(sink.seqs == [2, 3, 4, 5])
        #expect(world.log.reads == 0)
        world.publish([.message(7)])
        world.run()
        #expect(sink.seqs.last == 6)
    }

    @Test func `a socket that was slow for long catches up from the disk, and misses nothing of what comes meanwhile`()
        throws
    {
        let world = try world(ring: 2)
        let (reader, sink) = world.open(1)
        sink.room = 0
        world.publish((0..<10).map { _ in .message(7) })
        world.run()
        world.work.hold()
        sink.room = nil
        world.hub.halves[0].becameWritable(reader)
        #expect(world.work.count == 1)
        world.publish([.message(7)])
        world.run()
        #expect(sink.seqs == [])
        world.work.runAll()
        world.run()
        world.work.runAll()
        world.run()
        #expect(sink.seqs == Array(2...12))
        world.publish([.message(7)])
        world.run()
        #expect(sink.seqs.last == 13)
    }

    @Test func `a large backlog goes out as far as the socket takes it`() throws {
        let world = try world()
        world.publish((0..<10).map { _ in .message(7) })
        let sink = RecordingSink()
        sink.room = 2
        let reader = world.open(1, cursor: 1, sink: sink) { $0.limit = 3 }.reader
        #expect(sink.seqs == Array(2...7))
        sink.room = 1
        world.hub.halves[0].becameWritable(reader)
        #expect(sink.seqs == Array(2...10))
        sink.room = nil
        world.hub.halves[0].becameWritable(reader)
        #expect(sink.seqs == Array(2...11))
        #expect(sink.stretches == [1...4, 4...7, 7...10, 10...11])
    }

    @Test func `stays that ended are read from the disk for a cursor that lies before them`() throws {
        let world = try world()
        world.publish([.left(1, 7), .message(7)])
        _ = world.open(1)
        let (_, sink) = world.open(1, cursor: 0)
        world.run()
        #expect(sink.seqs == [1, 2])
        #expect(sink.last?.to == 3)
    }

    @Test func `a cursor that cannot be continued is reset, and the reader leaves no trace`() throws {
        let world = try world()
        for cursor in ["x-1", "e1-99"] {
            let (reader, sink) = world.open(1) { $0.cursor = Cursor(cursor) }
            #expect(sink.resets.map(\.cursor) == [Cursor(epoch: "e1", seq: 1)])
            #expect(reader.isEnded)
        }
        #expect(world.hub.halves[0].readers.isEmpty)
        #expect(world.hub.instruments.resets.totals == ["unknown_epoch": 1, "ahead": 1])
    }

    @Test func `a disk that fails sends the reader away, to come again`() throws {
        let world = try world(ring: 1)
        world.publish([.message(7), .message(7)])
        _ = world.open(1, cursor: 0)
        world.log.setBroken(true)
        let (reader, sink) = world.open(1, cursor: 0)
        world.run()
        #expect(sink.byes.map(\.code) == [.draining])
        #expect(reader.isEnded)
        let stranger = world.open(2).sink
        world.run()
        #expect(stranger.byes.map(\.code) == [.draining])
        #expect(stranger.hellos.isEmpty)
    }

    @Test func `a reader whose transport goes while the disk is asked is gone`() throws {
        let world = try world(ring: 1)
        world.publish([.message(7), .message(7)])
        world.work.hold()
        let (reader, sink) = world.open(1, cursor: 0)
        world.hub.halves[0].close(reader)
        world.work.runAll()
        world.run()
        #expect(sink.hellos.isEmpty && sink.batches.isEmpty && sink.byes.isEmpty)
        #expect(world.state { $0.users[UserKey(1)]?.readers ?? 0 } == 0)
    }
}
