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
        for list in dirty { settle(list) }
        position = delivery.position
        signalVersion = delivery.signalVersion
        let readers = deliverTouched()
        finish(mail, flushing: readers)
        if !idleRooms.isEmpty {
            let idle = idleRooms.filter { rooms[$0] == nil }
            idleRooms = []
            hub.withState { $0.dropInterest(in: Array(idle), of: nil, half: index) }
        }
    }

    private func route(_ event: EncodedEvent, to room: RoomKey, dirty: inout [RoomReaders]) {
        if case .joined(let user) = event.membership {
            if let list = rooms[room] { settle(list) }
            for reader in users[user] ?? [] where !reader.request.probes && reader.request.scope.contains(room) {
                sit(reader, room)
                reader.signalsTo = nil
                hub.loadReceipts(ofJoined: room)
            }
        }
        if let list = rooms[room] {
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
        if list.events.isEmpty, list.signals.isEmpty { return }
        let segment = Segment(events: list.events, signals: list.signals)
        list.events = []
        list.signals = []
        for seat in list.seats { hand(segment, to: seat.reader) }
    }

    private func hand(_ segment: Segment, to reader: Reader) {
        if segment.events.isEmpty, !reader.wantsSignals { return }
        guard case .live = reader.mode, !reader.request.probes else {
            if !segment.signals.isEmpty { reader.missedSignals = true }
            return
        }
        if reader.pending == nil {
            reader.pending = segment
            touched.append(reader)
        } else {
            reader.morePending.append(segment)
        }
    }

    /// Writes without flushing; returns whom it wrote to.
    private func deliverTouched() -> [Reader] {
        let readers = touched
        touched = []
        for reader in readers where !reader.isEnded {
            deliver(reader)
        }
        return readers
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
                    from: reader.position, to: position, limit: reader.request.limit,
                    withSignals: reader.wantsSignals, epoch: hub.epoch, signalVersion: signalVersion))
        }
    }

    private func deliver(_ merged: (events: [EncodedEvent], signals: [EncodedSignal]), to reader: Reader) {
        if reader.missedSignals || reader.signalsTo == nil {
            return write(reader, cut(reader, merged.events, to: position))
        }
        var batches = split(merged.events, from: reader.position, to: position, limit: reader.request.limit)
        if reader.wantsSignals, !merged.signals.isEmpty {
            batches[batches.count - 1].signals = merged.signals.map(\.json)
            batches[batches.count - 1].signalsTo = "\(hub.epoch)-\(signalVersion)"
        }
        write(reader, outgoing(batches, signalVersion: signalVersion))
    }

    /// Replies, endings, and the measure of how long it all took. A poster's reply and what it reads of its own message
    /// go out in one write.
    private func finish(_ mail: Mail, flushing touched: [Reader]) {
        for addressed in mail.replies { addressed.address.receiver.value.receive(addressed.replies) }
        for reader in touched { reader.sink.flush() }
        for addressed in mail.replies { addressed.address.receiver.value.flush() }
        for ending in mail.endings {
            guard let reader = readers[ending.reader] else { continue }
            close(reader)
            reader.sink.end(ending.bye)
        }
        if let since = mail.since, !mail.events.isEmpty {
            hub.instruments.fanOutLag.observe(Int((NIODeadline.now() - since).nanoseconds / 1000))
        }
    }
}
