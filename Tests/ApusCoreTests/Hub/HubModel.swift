import ApusTestKit
import ApusWire
import NIOCore
import NIOEmbedded

@testable import ApusCore

/// Does random things to a hub, and knows by brute force what each reader should have got.
final class HubModel {
    private static let users: ClosedRange<Int64> = 1...4
    private static let rooms: ClosedRange<Int64> = 1...4
    private static let halves = 3

    private struct Tracked {
        let reader: Reader
        let sink: RecordingSink
        let half: Int
        let user: Int64
        let cursor: Int64?
        let publishedAtOpening: Int64
        var isClosed = false
    }

    private var random: Scrambler
    private let world: World
    private var readers: [Tracked] = []
    private var members: [Int64: Set<Int64>] = [:]
    private var values: [Int64: Int64] = [:]
    private var counter: Int64 = 0
    private var hangs = false

    init(seed: UInt64) throws {
        random = Scrambler(seed: seed)
        let ringEvents = [0, 3, 20, 1000].randomElement(using: &random)!
        world = try World(loops: Self.halves) {
            $0.ringEvents = ringEvents
            $0.streamsPerUser = 0
        }
        world.work.hold()
    }

    // MARK: random things

    func step() {
        switch Int.random(in: 0..<100, using: &random) {
        case ..<30: publish()
        case ..<36: world.hub.publish([], signals: [signal()])
        case ..<50: open()
        case ..<56: close()
        case ..<78: world.loops.randomElement(using: &random)!.run()
        case ..<88: if world.work.count > 0 { world.work.run(Int.random(in: 0..<world.work.count, using: &random)) }
        case ..<96: changeRoom()
        default: world.loops.randomElement(using: &random)!.advanceTime(by: .seconds(1))
        }
    }

    private func publish() {
        let drafts = (0..<Int.random(in: 1...4, using: &random)).map { _ in draft() }
        world.publish(drafts, signals: Bool.random(using: &random) ? [signal()] : [])
    }

    private func draft() -> Draft {
        let room = Int64.random(in: Self.rooms, using: &random)
        let user = Int64.random(in: Self.users, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case ..<3:
            if members[room, default: []].insert(user).inserted { return .joined(user, room) }
            members[room]?.remove(user)
            return .left(user, room)
        case 3: return .own(user)
        case 4: return .everyone
        case 5 where world.hub.published.seq > 0:
            return .about(room, witness: Int64.random(in: 1...world.hub.published.seq, using: &random))
        default: return .message(room)
        }
    }

    private func signal() -> SignalDraft {
        counter += 1
        let room = Int64.random(in: Self.rooms, using: &random)
        values[room] = counter
        return .value(counter, room: room)
    }

    private func open() {
        let user = Int64.random(in: Self.users, using: &random)
        let half = Int.random(in: 0..<Self.halves, using: &random)
        let kind = TransportKind.allCases.randomElement(using: &random)!
        let published = world.hub.published.seq
        let cursor: Int64? = Bool.random(using: &random) ? Int64.random(in: 0...published, using: &random) : nil
        let sink = RecordingSink()
        sink.room = Bool.random(using: &random) ? Int.random(in: 0...3, using: &random) : nil
        if kind.isPoll { sink.room = nil }
        var request = ReaderRequest(identity: .numbered(user), kind: kind)
        request.cursor = cursor.map { Cursor(epoch: world.hub.epoch, seq: $0) }
        request.limit = [1, 2, 5, 100].randomElement(using: &random)!
        if kind.isPoll { request.wait = kind == .longPoll ? .seconds(Int64.random(in: 1...5, using: &random)) : .zero }
        if Int.random(in: 0..<4, using: &random) == 0 {
            request.scope = .rooms(Set(Self.rooms.filter { _ in Bool.random(using: &random) }.map(RoomKey.init)))
        }
        if Bool.random(using: &random) { request.signals = world.state { $0.token($0.signals.version) } }
        if Int.random(in: 0..<5, using: &random) == 0 { request.client = "c" }
        let reader = world.hub.halves[half].open(request, sink: sink)
        readers.append(
            Tracked(
                reader: reader, sink: sink, half: half, user: user, cursor: cursor, publishedAtOpening: published))
    }

    private func close() {
        guard let index = readers.indices.randomElement(using: &random) else { return }
        readers[index].isClosed = true
        world.hub.halves[readers[index].half].close(readers[index].reader)
    }

    private func changeRoom() {
        guard let tracked = readers.randomElement(using: &random), !tracked.reader.isPoll else { return }
        if tracked.sink.isWritable {
            tracked.sink.room = Int.random(in: 0...2, using: &random)
        } else {
            tracked.sink.room = Bool.random(using: &random) ? nil : Int.random(in: 1...5, using: &random)
            world.hub.halves[tracked.half].becameWritable(tracked.reader)
        }
    }

    /// Lets everything come to rest: sockets take all, the disk answers, heartbeats say how far everybody is.
    func settle() {
        for tracked in readers {
            tracked.sink.room = nil
            world.hub.halves[tracked.half].becameWritable(tracked.reader)
        }
        var turns = 0
        repeat {
            world.work.runAll()
            world.run()
            turns += 1
        } while world.work.count > 0 && turns < 10_000
        if turns == 10_000 { hangs = true }
        for loop in world.loops { loop.advanceTime(by: .seconds(61)) }
    }

    // MARK: what should have come of it

    func faults() -> [String] {
        (hangs ? ["the disk is asked without end"] : [])
            + readers.enumerated().flatMap { index, tracked in
                faults(of: tracked).map { "reader \(index) (\(tracked.reader.request)): \($0)" }
            }
            + world.hub.halves.flatMap { faults(of: $0) }
    }

    private func faults(of tracked: Tracked) -> [String] {
        var faults: [String] = []
        let sink = tracked.sink
        let reader = tracked.reader
        if !sink.resets.isEmpty { faults.append("was reset") }
        guard let first = sink.batches.first?.batch else {
            if reader.isPoll, !tracked.isClosed, sink.byes.isEmpty { faults.append("a poll was not answered") }
            return faults
        }
        if let cursor = tracked.cursor, first.from != cursor { faults.append("begins at \(first.from)") }
        if first.from < tracked.cursor ?? tracked.publishedAtOpening { faults.append("begins too early") }
        if let hello = sink.hellos.first, hello.seq != first.from { faults.append("hello says \(hello.seq)") }
        if reader.isPoll, sink.batches.count != 1 { faults.append("\(sink.batches.count) answers to a poll") }
        for (one, next) in zip(sink.batches, sink.batches.dropFirst()) where one.batch.to != next.batch.from {
            faults.append("a gap between \(one.batch.to) and \(next.batch.from)")
        }
        for batch in sink.batches.map(\.batch) {
            let expected = visible(to: tracked, after: batch.from, through: batch.to)
            if batch.seqs != expected { faults.append("\(batch.from)…\(batch.to): \(batch.seqs), not \(expected)") }
            if batch.events.count > reader.request.limit { faults.append("\(batch.events.count) events in a batch") }
        }
        if !reader.isEnded, sink.last?.to != world.hub.published.seq {
            faults.append("only came to \(sink.last?.to ?? -1) of \(world.hub.published.seq)")
        }
        if !reader.isEnded, !tracked.isClosed { faults += signalFaults(of: tracked) }
        return faults
    }

    private func signalFaults(of tracked: Tracked) -> [String] {
        let sink = tracked.sink
        // A reader that came with a token was told of earlier values before.
        let knowsAll = sink.batches.contains { $0.batch.signalsFull }
        return Self.rooms.compactMap { room -> String? in
            guard tracked.reader.request.scope.contains(RoomKey(room)), members[room]?.contains(tracked.user) == true
            else { return nil }
            let held = sink.signals["receipt r\(room) u_0"]?.integer
            if held == nil, !knowsAll { return nil }
            return held == values[room] ? nil : "holds \(held ?? -1) of room \(room), not \(values[room] ?? -1)"
        }
    }

    private func visible(to tracked: Tracked, after: Int64, through: Int64) -> [Int64] {
        var here: Set<RoomKey> = []
        var seqs: [Int64] = []
        var wasHere: Set<[Int64]> = []
        for event in world.log.all {
            var sees = false
            switch event.audience {
            case .everyone: sees = true
            case .user(let user): sees = user.raw == tracked.user
            case .room(let room):
                sees = here.contains(room) && (event.witness.map { wasHere.contains([room.raw, $0]) } ?? true)
                if event.membership == .joined(UserKey(tracked.user)) {
                    here.insert(room)
                    sees = true
                } else if event.membership == .left(UserKey(tracked.user)) {
                    here.remove(room)
                    wasHere.insert([room.raw, event.seq])
                }
            }
            for room in here { wasHere.insert([room.raw, event.seq]) }
            if sees, tracked.reader.request.scope.contains(event.audience), event.seq > after, event.seq <= through {
                seqs.append(event.seq)
            }
        }
        return seqs
    }

    /// The books must balance: what is counted in common is what the loops hold.
    private func faults(of half: HubHalf) -> [String] {
        var faults: [String] = []
        let open = readers.filter { $0.half == half.index && !$0.reader.isEnded }
        if half.readers.count != open.count { faults.append("half \(half.index) holds \(half.readers.count) readers") }
        for user in Self.users {
            let count = readers.filter { $0.user == user && !$0.reader.isEnded }.count
            let counted = world.state { $0.users[UserKey(user)]?.readers ?? 0 }
            if counted != count { faults.append("user \(user) has \(count) readers, \(counted) are counted") }
        }
        for (room, list) in half.rooms where !list.readers.isEmpty {
            if world.state({ ($0.interest.rooms[room] ?? 0) & (1 << UInt64(half.index)) }) == 0 {
                faults.append("half \(half.index) sits in \(room) without interest")
            }
        }
        return faults
    }
}
