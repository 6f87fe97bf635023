import ApusWire
import NIOCore

extension HubHalf {
    /// The scheduled drain: takes everything that has gathered and writes it at once.
    func drain() {
        let delivery = hub.withState { state in
            state.scheduled &= ~(1 << UInt64(index))
            return state.take(index)
        }
        process(delivery)
    }

    /// Brings this loop to the published head without waiting for mail.
    func synchronise() {
        process(hub.withState { $0.take(index) })
    }

    /// Routes events in log order; membership takes effect where it stands in the log, before the next event.
    func process(_ delivery: Delivery) {
        let mail = delivery.mail
        var dirty: [RoomReaders] = []
        for event in mail.events {
            switch event.audience {
            case .room(let room): route(event, to: room, dirty: &dirty)
            case .user(let user):
                let segment = Segment(events: [event], signals: [])
                for reader in users[user] ?? [] where reader.request.scope.contains(event.audience) {
                    hand(segment, to: reader)
                }
            case .everyone:
                let segment = Segment(events: [event], signals: [])
                for reader in readers.values where reader.request.scope.contains(event.audience) {
                    hand(segment, to: reader)
                }
            }
        }
        for routed in mail.signals {
            for room in routed.rooms {
                guard let list = rooms[room] else { continue }
                if list.events.isEmpty, list.signals.isEmpty { dirty.append(list) }
                list.signals.append(routed.signal)
            }
        }
        position = delivery.position
        signalVersion = delivery.signalVersion
        // Replies first, so that a poster's reply and its own message go out in one write.
        for addressed in mail.replies { addressed.address.receiver.value.receive(addressed.replies) }
        for list in dirty { deliver(list, isOnly: dirty.count == 1) }
        deliverTouched()
        finish(mail)
        if !idleRooms.isEmpty || !idleUsers.isEmpty { forgetIdle() }
    }

    private func forgetIdle() {
        idleRooms = idleRooms.filter { rooms[$0] == nil }
        idleUsers = idleUsers.filter { users[$0] == nil }
        let isDropped = hub.withState { $0.dropInterest(in: idleRooms, of: idleUsers, half: index) }
        idleRooms = []
        if isDropped { idleUsers = [] }
    }

    private func route(_ event: EncodedEvent, to room: RoomKey, dirty: inout [RoomReaders]) {
        if case .joined(let user) = event.membership {
            if let list = rooms[room] { settle(list) }
            for reader in users[user] ?? [] where !reader.probes && reader.request.scope.contains(room) {
                sit(reader, room)
                reader.signalsTo = nil
                hub.loadReceipts(ofJoined: room)
            }
        }
        if let list = rooms[room], event.witness != nil {
            settle(list)
            handToWitnesses(event, list)
        } else if let list = rooms[room] {
            if list.events.isEmpty, list.signals.isEmpty { dirty.append(list) }
            list.events.append(event)
        } else {
            idleRooms.insert(room)
        }
        if case .left(let user) = event.membership {
            if let list = rooms[room] { settle(list) }
            for reader in users[user] ?? [] { leave(reader, room) }
        }
    }

    /// Hands what a room has gathered to everybody who sits in it now.
    private func settle(_ list: RoomReaders) {
        guard let segment = list.take() else { return }
        for reader in list.readers { hand(segment, to: reader) }
    }

    /// An event about something that not everybody here may know of.
    private func handToWitnesses(_ event: EncodedEvent, _ list: RoomReaders) {
        let users = Set(list.readers.map(\.request.identity.key))
        let witnesses = hub.withState { state in users.filter { state.users[$0]?.visibility.sees(event) ?? false } }
        let segment = Segment(events: [event], signals: [])
        for reader in list.readers where witnesses.contains(reader.request.identity.key) {
            hand(segment, to: reader)
        }
    }

    private func hand(_ segment: Segment, to reader: Reader) {
        guard takes(segment, reader) else { return }
        if reader.pending == nil {
            reader.pending = segment
            touched.append(reader)
        } else {
            reader.morePending.append(segment)
        }
    }

    /// Whether a reader is to be sent this; if not, it catches up, or does not care.
    private func takes(_ segment: Segment, _ reader: Reader) -> Bool {
        if segment.events.isEmpty, !reader.wantsSignals { return false }
        if case .live = reader.mode, !reader.probes { return true }
        if !segment.signals.isEmpty { reader.missedSignals = true }
        return false
    }

    /// The last that a room has. Who gets nothing besides is written to at once, for what a connection consists of
    /// falls out of the processor's cache before a second round over a thousand others.
    /// - Parameter isOnly: no other room has something.
    private func deliver(_ list: RoomReaders, isOnly: Bool) {
        guard let segment = list.take() else { return }
        for reader in list.readers {
            guard reader.pending == nil, isOnly || reader.seatCount == 1 else {
                hand(segment, to: reader)
                continue
            }
            guard takes(segment, reader) else { continue }
            if reader.sink.isWritable { deliver(segment, to: reader) } else { fallBehind(reader) }
            reader.sink.flush()
        }
    }

    private func deliverTouched() {
        if touched.isEmpty { return }
        let readers = touched
        touched = []
        for reader in readers where !reader.isEnded {
            deliver(reader)
            reader.sink.flush()
        }
    }

    private func deliver(_ reader: Reader) {
        guard let segment = reader.pending else { return }
        let more = reader.morePending
        reader.pending = nil
        reader.morePending = []
        guard reader.sink.isWritable else { return fallBehind(reader) }
        if more.isEmpty {
            deliver(segment, to: reader)
        } else {
            deliver(([segment] + more).merged, to: reader)
        }
    }

    private func deliver(_ segment: Segment, to reader: Reader) {
        if reader.isPoll, reader.signalsTo == nil {
            write(reader, segment.fullBatches(for: reader) { cut(reader, segment.events, to: position) })
        } else if reader.missedSignals || reader.signalsTo == nil {
            write(reader, cut(reader, segment.events, to: position))
        } else {
            write(
                reader,
                segment.batches(
                    from: reader.position, to: position, limit: reader.limit,
                    withSignals: reader.wantsSignals, epoch: hub.epoch, signalVersion: signalVersion))
        }
    }

    private func deliver(_ merged: (events: [EncodedEvent], signals: [EncodedSignal]), to reader: Reader) {
        if reader.missedSignals || reader.signalsTo == nil {
            return write(reader, cut(reader, merged.events, to: position))
        }
        var batches = split(merged.events, from: reader.position, to: position, limit: reader.limit)
        if reader.wantsSignals, !merged.signals.isEmpty {
            batches[batches.count - 1].signals = merged.signals.map(\.json)
            batches[batches.count - 1].signalsTo = "\(hub.epoch)-\(signalVersion)"
        }
        write(reader, outgoing(batches, signalVersion: signalVersion))
    }

    /// Whoever still waits to be let in is among `readers` too.
    private func revoke(_ ended: EndedReaders) {
        for reader in readers.values where ended.contains(reader.request) {
            close(reader)
            reader.sink.end(Bye(.unauthorized))
        }
    }

    /// Endings, and the measure of how long it all took.
    private func finish(_ mail: Mail) {
        for addressed in mail.replies { addressed.address.receiver.value.flush() }
        for ending in mail.endings {
            guard let reader = readers[ending.reader] else { continue }
            close(reader)
            reader.sink.end(ending.bye)
        }
        for ended in mail.revocations { revoke(ended) }
        if let since = mail.since, !mail.events.isEmpty {
            hub.instruments.fanOutLag.observe(Int((NIODeadline.now() - since).nanoseconds / 1000))
        }
    }
}
