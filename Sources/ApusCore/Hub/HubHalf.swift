package import ApusWire
package import NIOCore

/// One event loop's half of the hub: who reads what on this loop, and how far the loop has come in the log.
package final class HubHalf: @unchecked Sendable {
    // Invariant for @unchecked: everything but `index`, `loop` and `hub` is touched on `loop` only; `hub` is set once,
    // before any loop hears of the half.
    package let index: Int
    package let loop: any EventLoop
    package internal(set) unowned(unsafe) var hub: Hub! = nil

    /// Everything of interest up to here has been drained.
    var position: Int64
    var signalVersion: Int64 = 0
    var rooms: [RoomKey: RoomReaders] = [:]
    var users: [UserKey: [Reader]] = [:]
    var readers: [UInt64: Reader] = [:]
    var wheel: DeadlineWheel<UInt64>
    private var ticker: RepeatedTask?
    private var isDraining = false
    /// Those that a drain has something for.
    var touched: [Reader] = []
    /// Rooms that events came for though nobody here reads them.
    var idleRooms: Set<RoomKey> = []
    /// Users whose last reader here closed while events waited.
    var idleUsers: Set<UserKey> = []

    init(index: Int, loop: any EventLoop, position: Int64) {
        self.index = index
        self.loop = loop
        self.position = position
        wheel = DeadlineWheel(now: loop.now)
    }

    // MARK: coming and going

    /// Opens a stream or asks a poll. What comes of it the sink is told: a start, batches, a reset or an end.
    package func open(_ request: ReaderRequest, sink: any ReaderSink) -> Reader {
        loop.preconditionInEventLoop()
        let id = hub.withState { state in
            defer { state.nextReader += 1 }
            return state.nextReader
        }
        let reader = Reader(id: id, request: request, sink: sink)
        if isDraining {
            reader.mode = .ended
            sink.end(Bye(.draining, spreadMilliseconds: hub.configuration.spread.nanoseconds / 1_000_000))
            return reader
        }
        readers[id] = reader
        attach(reader)
        return reader
    }

    /// Ends a reader whose transport is gone or has said what there was to say.
    package func close(_ reader: Reader) {
        loop.preconditionInEventLoop()
        guard !reader.isEnded else { return }
        let wasAttached = if case .opening = reader.mode { false } else { true }
        reader.mode = .ended
        readers[reader.id] = nil
        guard wasAttached else { return }
        var emptied: [RoomKey] = []
        for seat in reader.seats {
            rooms[seat.room]?.remove(seat)
            if rooms[seat.room]?.readers.isEmpty == true {
                rooms[seat.room] = nil
                emptied.append(seat.room)
            }
        }
        reader.seats = []
        reader.pending = nil
        reader.morePending = []
        let user = reader.request.identity.key
        let isLast = forget(reader, of: user)
        hub.instruments.readers(reader.request.kind).add(-1)
        let isDropped = hub.withState {
            $0.detach(
                reader.id, reader.request, half: index, emptied: emptied, isLastOfUser: isLast,
                wall: hub.wallClock(), now: loop.now)
        }
        if isLast, !isDropped { idleUsers.insert(user) }
    }

    private func attach(_ reader: Reader) {
        guard !reader.isEnded else { return }
        let result = hub.withState { $0.attach(reader.id, reader.request, half: index, now: loop.now) }
        switch result {
        case .needsVisibility:
            let box = NIOLoopBound(reader, eventLoop: loop)
            hub.loadVisibility(of: reader.request.identity.key, on: loop) { error in
                if error == nil { self.attach(box.value) } else { self.fail(box.value) }
            }
        case .refused(.reset(let reset)):
            close(reader)
            hub.instruments.resets[reset.reason.rawValue].add()
            reader.sink.reset(reset)
        case .refused(.tooManyStreams):
            close(reader)
            reader.sink.end(Bye(.tooMuch, spreadMilliseconds: hub.configuration.spread.nanoseconds / 1_000_000))
        case .attached(let attachment):
            // Seated first: what is drained now must not find the reader's rooms empty and drop the interest in them.
            seat(reader, attachment)
            hub.wake(attachment.wake)
            process(attachment.delivery)
            if !reader.isEnded { begin(reader) }
        }
    }

    private func seat(_ reader: Reader, _ attachment: HubState.Attachment) {
        reader.mode = .lagging
        reader.isSeated = true
        reader.position = attachment.start
        reader.reached = attachment.start
        reader.signalsTo = attachment.signalsSince
        reader.missedSignals = true
        reader.sent = attachment.sent
        reader.lastWrite = loop.now
        reader.openedAt = loop.now
        remember(reader, of: reader.request.identity.key)
        if !reader.probes { for room in attachment.rooms { takeSeat(reader, room) } }
        hub.instruments.readers(reader.request.kind).add(1)
        hub.instruments.opened(reader.request.kind).add()
    }

    private func begin(_ reader: Reader) {
        if !reader.isPoll {
            if reader.request.kind == .sse { reader.earlyTicks = hub.configuration.sseTicks[...] }
            reader.sink.start(reader, hello(reader))
        }
        if reader.probes {
            reader.mode = .live
            if reader.request.wait == .zero { finishPoll(reader) }
        } else {
            if reader.request.cursor != nil, reader.position < position { countResume(reader) }
            catchUp(reader)
        }
        reader.sink.flush()
        if !reader.isEnded { schedule(reader) }
    }

    private func countResume(_ reader: Reader) {
        let tail = hub.withState { $0.ring.floor }
        (reader.position >= tail ? hub.instruments.resumesFromRing : hub.instruments.resumesFromDisk).add()
    }

    private func hello(_ reader: Reader) -> Hello {
        let identity = reader.request.identity
        return Hello(
            epoch: hub.epoch, seq: reader.position, connection: hub.connectionName(reader.id),
            user: Hello.User(id: identity.id, name: identity.name, displayName: identity.displayName),
            heartbeatMilliseconds: hub.configuration.heartbeat.nanoseconds / 1_000_000,
            limits: hub.configuration.limits, server: hub.configuration.server)
    }

    private func remember(_ reader: Reader, of user: UserKey) {
        reader.userIndex = users[user]?.count ?? 0
        users[user, default: []].append(reader)
    }

    /// Takes a reader off its user's list, however long that is; true when it was the last.
    private func forget(_ reader: Reader, of user: UserKey) -> Bool {
        guard let last = users[user]?.popLast() else { return true }
        if last !== reader {
            users[user]?[reader.userIndex] = last
            last.userIndex = reader.userIndex
        }
        guard users[user]?.isEmpty == true else { return false }
        users[user] = nil
        return true
    }

    func sit(_ reader: Reader, _ room: RoomKey) {
        if !reader.seats.contains(where: { $0.room == room }) { takeSeat(reader, room) }
    }

    private func takeSeat(_ reader: Reader, _ room: RoomKey) {
        let list = rooms[room] ?? RoomReaders()
        rooms[room] = list
        reader.seats.append(list.add(reader, room: room))
    }

    func leave(_ reader: Reader, _ room: RoomKey) {
        guard let index = reader.seats.firstIndex(where: { $0.room == room }) else { return }
        rooms[room]?.remove(reader.seats.remove(at: index))
        if rooms[room]?.readers.isEmpty == true {
            rooms[room] = nil
            idleRooms.insert(room)
        }
    }

    /// The log could not be read: the client is told to come again, and nothing is lost.
    func fail(_ reader: Reader) {
        guard !reader.isEnded else { return }
        close(reader)
        reader.sink.end(Bye(.draining, spreadMilliseconds: hub.configuration.spread.nanoseconds / 1_000_000))
    }

    // MARK: what a client says

    /// Takes an `ack` frame; false when it is past what was sent.
    package func ack(_ reader: Reader, _ seq: Int64) -> Bool {
        guard seq <= reader.position else { return false }
        if !reader.isEnded, !reader.request.observes, !reader.probes {
            hub.recordAck(reader.request.identity.key, reader.request.scope, seq)
        }
        return true
    }

    /// Says goodbye to everybody on this loop, and from now on to whoever comes.
    package func drainReaders(_ bye: Bye) {
        isDraining = true
        for reader in readers.values {
            close(reader)
            reader.sink.end(bye)
        }
    }

    // MARK: time

    func schedule(_ reader: Reader) {
        wheel.add(reader.id, at: deadline(of: reader))
        if ticker == nil {
            ticker = loop.scheduleRepeatedTask(
                initialDelay: DeadlineWheel<UInt64>.granularity, delay: DeadlineWheel<UInt64>.granularity
            ) { [self] task in
                for id in wheel.turn(to: loop.now) { if let reader = readers[id] { expire(reader) } }
                if readers.isEmpty {
                    task.cancel()
                    ticker = nil
                    wheel = DeadlineWheel(now: loop.now)
                }
            }
        }
    }

    private func deadline(of reader: Reader) -> NIODeadline {
        let end = reader.request.endsAt.map {
            loop.now + .milliseconds($0.milliseconds - hub.wallClock().milliseconds)
        }
        return min(nextBeat(of: reader), end ?? .distantFuture)
    }

    private func nextBeat(of reader: Reader) -> NIODeadline {
        if let wait = wait(of: reader) { return reader.openedAt + wait }
        let beat = min(reader.lastWrite, loop.now) + hub.configuration.heartbeat
        let next = beat > loop.now ? beat : loop.now + hub.configuration.heartbeat
        let early = reader.earlyTicks.first.map { reader.openedAt + $0 } ?? next
        let end = reader.probes ? reader.openedAt + hub.configuration.probeLifetime : next
        return min(next, early, end)
    }

    private func wait(of reader: Reader) -> TimeAmount? {
        guard reader.probes else { return reader.request.wait }
        return reader.request.wait.map { min($0, hub.configuration.probeLifetime) }
    }

    private func expire(_ reader: Reader) {
        let now = loop.now
        if let end = reader.request.endsAt, end <= hub.wallClock() {
            close(reader)
            return reader.sink.end(Bye(.unauthorized))
        }
        if reader.isPoll {
            if now < reader.openedAt + (wait(of: reader) ?? .zero) { return schedule(reader) }
            synchronise()
            // One that is behind answers with what it finds; saying that there is nothing would skip it.
            if case .live = reader.mode { finishPoll(reader) }
            return reader.sink.flush()
        }
        if reader.probes, now >= reader.openedAt + hub.configuration.probeLifetime {
            close(reader)
            return reader.sink.end(Bye(.normal))
        }
        reader.sink.checkLife(now: now)
        if reader.isEnded { return }
        let ticks = reader.earlyTicks.first.map { now >= reader.openedAt + $0 } ?? false
        if ticks { reader.earlyTicks = reader.earlyTicks.dropFirst() }
        if ticks || now >= reader.lastWrite + hub.configuration.heartbeat {
            synchronise()
            beat(reader)
        }
        if !reader.isEnded { schedule(reader) }
    }

    /// An empty batch: nothing happened up to where this loop has come.
    private func beat(_ reader: Reader) {
        guard case .live = reader.mode, reader.sink.isWritable else { return }
        let to = reader.probes ? reader.position : position
        write(reader, OutgoingBatch(EncodedBatch(from: reader.position, to: to), epoch: hub.epoch))
        reader.sink.flush()
    }
}
