import ApusWire
import NIOCore
import Testing

@testable import ApusCore

struct SignalRoutingTests {
    private func world() throws -> World {
        let world = try World()
        world.publish([.joined(1, 7), .joined(2, 7), .joined(2, 8)])
        return world
    }

    @Test func `a stream without a token begins with all signals of its rooms`() throws {
        let world = try world()
        world.hub.publish([], signals: [.value(1, room: 7), .value(2, room: 8)])
        let (_, sink) = world.open(1)
        #expect(sink.batches.map(\.batch.signalsFull) == [true])
        #expect(sink.signals == ["receipt r7 u_0": 1])
        #expect(sink.last?.signalsTo == "e1-2")
    }

    @Test func `a changed signal comes live, with its version, to the readers of its room`() throws {
        let world = try world()
        let one = world.open(1).sink
        let two = world.open(2).sink
        world.publish([.message(7)], signals: [.value(1, room: 7), .value(2, room: 8)])
        world.run()
        #expect(one.signals == ["receipt r7 u_0": 1])
        #expect(two.signals == ["receipt r7 u_0": 1, "receipt r8 u_0": 2])
        #expect(one.last?.signalsTo == "e1-2")
        #expect(one.last?.signalsFull == false)
    }

    @Test func `a reader that could not take signals gets what changed when it can`() throws {
        let world = try world()
        let (reader, sink) = world.open(1)
        sink.room = 0
        world.hub.publish([], signals: [.value(1, room: 7)])
        world.run()
        world.hub.publish([], signals: [.value(2, room: 7)])
        world.run()
        #expect(sink.signals.isEmpty)
        sink.room = nil
        world.hub.halves[0].becameWritable(reader)
        #expect(sink.signals == ["receipt r7 u_0": 2])
        #expect(sink.last?.signalsFull == false)
        #expect(sink.last?.signalsTo == "e1-2")
    }

    @Test func `who joins a room gets its signals`() throws {
        let world = try world()
        world.hub.publish([], signals: [.value(1, room: 8)])
        let (_, sink) = world.open(1)
        world.publish([.joined(1, 8)])
        world.run()
        #expect(sink.signals == ["receipt r8 u_0": 1])
    }

    @Test func `presence is told to who shares a room, when it changes`() throws {
        let world = try world()
        let one = world.open(1).sink
        world.hub.tick()
        let (reader, _) = world.open(2)
        world.hub.tick()
        world.run()
        #expect(one.signals["presence  u_2"] == "online")
        world.hub.halves[0].close(reader)
        world.clock.advance(seconds: 9)
        world.hub.tick()
        world.run()
        #expect(one.signals["presence  u_2"] == "online")
        world.clock.advance(seconds: 1)
        world.hub.tick()
        world.run()
        #expect(one.signals["presence  u_2"] == "offline")
    }

    @Test func `the presence of who joins a room is told to those who are in it`() throws {
        let world = try world()
        let one = world.open(1).sink
        _ = world.open(3)
        world.hub.tick()
        world.run()
        #expect(one.signals["presence  u_3"] == nil)
        world.publish([.joined(3, 7)])
        world.hub.tick()
        world.run()
        #expect(one.signals["presence  u_3"] == "online")
    }

    @Test func `observers and probes have no presence`() throws {
        let world = try world()
        _ = world.open(1) { $0.observes = true }
        _ = world.open(1) { $0.probes = true }
        #expect(world.state { !$0.presence.contains(UserKey(1)) })
    }

    @Test func `away that is said before the first stream is told once there is one`() throws {
        let world = try world()
        let two = world.open(2).sink
        world.hub.setAway(true, .numbered(1))
        world.hub.tick()
        _ = world.open(1)
        world.hub.tick()
        world.run()
        #expect(two.signals["presence  u_1"] == "away")
    }

    @Test func `typing ends by itself for who reads it`() throws {
        let world = try world()
        let one = world.open(1).sink
        world.hub.publish([], signals: [.typing(true, room: 7, user: 2)])
        world.run()
        #expect(one.signals["typing r7 u_2"] == true)
        world.clock.advance(seconds: 10)
        world.hub.tick()
        world.run()
        #expect(one.signals["typing r7 u_2"] == false)
    }
}
