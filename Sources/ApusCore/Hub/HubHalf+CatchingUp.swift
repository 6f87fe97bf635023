import ApusWire
import NIOCore

extension HubHalf {
    /// The reader's socket takes bytes again.
    package func becameWritable(_ reader: Reader) {
        loop.preconditionInEventLoop()
        guard case .lagging = reader.mode else { return }
        catchUp(reader)
        reader.sink.flush()
    }

    /// Reads on from where the reader stands until it is live, its socket is full, or the disk must be asked.
    func catchUp(_ reader: Reader) {
        if reader.isEnded { return }
        reader.mode = .lagging
        while case .lagging = reader.mode, reader.sink.isWritable {
            if reader.reached == position { return arrive(reader) }
            switch hub.withState({ $0.tail(of: reader.request, after: reader.reached, through: position) }) {
            case .events(let page) where page.events.isEmpty: reader.reached = page.through
            case .events(let page):
                write(reader, cut(reader, page.events, to: page.through, isLast: page.through >= position))
            case .onDisk(let visibility): readDisk(reader, visibility)
            }
        }
    }

    /// The reader has caught up: from now on it gets what is drained.
    private func arrive(_ reader: Reader) {
        if reader.isPoll {
            let isOver = loop.now >= reader.openedAt + (reader.request.wait ?? .zero)
            if isOver || changedSignals(for: reader) { return finishPoll(reader) }
            reader.missedSignals = false
        } else if reader.missedSignals || reader.signalsTo == nil {
            let batch = cut(reader, [], to: position)
            if let first = batch.first, first.batch.signalsFull || !first.batch.signals.isEmpty {
                write(reader, batch)
            } else {
                reader.missedSignals = false
            }
        }
        if !reader.isEnded { reader.mode = .live }
    }

    private func changedSignals(for reader: Reader) -> Bool {
        guard reader.wantsSignals else { return false }
        guard let since = reader.signalsTo else { return true }
        return !hub.withState { $0.signals(for: reader.request, since: since) }.values.isEmpty
    }

    /// Answers a poll with what there is, which may be nothing.
    func finishPoll(_ reader: Reader) {
        // A probe has passed nothing: whoever went on from its answer would miss what it was not told.
        if reader.probes {
            let here = EncodedBatch(from: reader.position, to: reader.position)
            return write(reader, [OutgoingBatch(here, epoch: hub.epoch)])
        }
        reader.missedSignals = true
        write(reader, cut(reader, [], to: position))
    }

    private func readDisk(_ reader: Reader, _ visibility: Visibility) {
        reader.mode = .reading
        let box = NIOLoopBound(reader, eventLoop: loop)
        hub.readLog(reader.request, visibility, after: reader.reached, through: position, on: loop) { result in
            let reader = box.value
            guard case .reading = reader.mode else { return }
            reader.mode = .lagging
            switch result {
            case .failure: return self.fail(reader)
            case .success(let page):
                if !page.events.isEmpty {
                    let isWhole = page.through >= self.position
                    self.write(reader, self.cut(reader, page.events, to: page.through, isLast: isWhole))
                } else {
                    reader.reached = page.through
                }
            }
            self.catchUp(reader)
            reader.sink.flush()
        }
    }

    /// The batches of a stretch for one reader. All signals come with the first batch there is, changes with the last
    /// of a stretch that reaches the head.
    func cut(_ reader: Reader, _ events: [EncodedEvent], to: Int64, isLast: Bool = true) -> [OutgoingBatch] {
        var batches = split(events, from: reader.position, to: to, limit: reader.limit)
        let needsAll = reader.signalsTo == nil
        let target = reader.isPoll || needsAll ? 0 : batches.count - 1
        var signalVersion: Int64?
        if needsAll || (isLast || reader.isPoll) && reader.missedSignals {
            let (values, version) = hub.withState { $0.signals(for: reader.request, since: reader.signalsTo) }
            batches[target].signals = values.map(\.json)
            batches[target].signalsFull = needsAll
            if !values.isEmpty || needsAll { batches[target].signalsTo = "\(hub.epoch)-\(version)" }
            signalVersion = version
        }
        return outgoing(batches, more: !isLast, signalVersion: signalVersion, at: target)
    }

    /// - Parameter target: the batch that carries the signals; the last one if nil.
    func outgoing(
        _ batches: [EncodedBatch], more: Bool = false, signalVersion: Int64?, at target: Int? = nil
    ) -> [OutgoingBatch] {
        batches.enumerated().map {
            OutgoingBatch(
                $0.element, epoch: hub.epoch, more: more || $0.offset < batches.count - 1,
                signalVersion: $0.offset == target ?? batches.count - 1 ? signalVersion : nil)
        }
    }

    /// The socket takes no more: what the reader is not sent now, it reads when it can.
    func fallBehind(_ reader: Reader) {
        reader.missedSignals = true
        guard case .live = reader.mode else { return }
        reader.mode = .lagging
        hub.instruments.slowReaders.add()
    }

    /// Writes as many of the batches as the socket takes; a poll takes one and is over.
    func write(_ reader: Reader, _ batches: [OutgoingBatch]) {
        for batch in batches {
            if reader.isPoll {
                close(reader)
                hub.instruments.delivered.add(batch.batch.events.count)
                return reader.sink.write(batch)
            }
            guard reader.sink.isWritable else {
                return fallBehind(reader)
            }
            write(reader, batch)
        }
    }

    func write(_ reader: Reader, _ batch: OutgoingBatch) {
        reader.sink.write(batch)
        reader.position = batch.batch.to
        reader.reached = batch.batch.to
        reader.sent?.seq = batch.batch.to
        if let version = batch.signalVersion {
            reader.signalsTo = max(reader.signalsTo ?? version, version)
            reader.missedSignals = false
        }
        reader.lastWrite = loop.now
        hub.instruments.delivered.add(batch.batch.events.count)
    }
}
