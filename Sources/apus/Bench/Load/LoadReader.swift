import ApusServer
import ApusWire
import NIOCore

/// One reader of one room: keeps its cursor, checks what comes, and reads on from its cursor when the stream breaks.
/// Confined to its share's loop.
final class LoadReader: StreamOwner {
    private enum Connection {
        case webSocket(WebSocketPort)
        case eventStream(EventStreamPort)
        case poll(PollPort)
    }

    let room: Int
    private(set) var check = DeliveryCheck()
    /// Strong: a connection may tell of its end after the run has been given up. `LoadShare.close` ends the cycle.
    private let share: LoadShare
    private var connection: Connection?
    private var epoch = ""
    /// Everything up to here is applied; nil before the first stream and after a reset.
    private var position: Int64?
    /// After a reset: where to go on.
    private var fresh: String?
    private var isOpen = false
    private var isConnecting = false
    private var isClosed = false
    private var failures = 0

    init(room: Int, _ share: LoadShare) {
        self.room = room
        self.share = share
    }

    func connect() {
        guard !isClosed else { return share.connected() }
        isConnecting = true
        let (target, loop) = (share.plan.target, share.loop)
        // `observe`: a thousand streams of one user are no presence, and receipts are not what is measured.
        let path = "/v1/stream?rooms=\(share.plan.rooms[room])&observe=1"
        let cursor = fresh ?? position.map { Cursor(epoch: epoch, seq: $0).description }
        let streamPath = path + (cursor.map { "&cursor=\($0)" } ?? "")
        switch share.plan.transport {
        case .webSocket: connection = .webSocket(WebSocketPort(target, on: loop, streamPath, self))
        case .eventStream: connection = .eventStream(EventStreamPort(target, on: loop, streamPath, self))
        case .longPoll:
            let rhythm = PollPort.Rhythm(wait: Transport.pollWait)
            connection = .poll(PollPort(target, on: loop, path, rhythm, cursor: cursor, self))
        case .shortPoll:
            let rhythm = PollPort.Rhythm(wait: 0, pause: share.plan.pollEvery)
            connection = .poll(PollPort(target, on: loop, path, rhythm, cursor: cursor, self))
        }
    }

    func close() {
        isClosed = true
        disconnect()
    }

    private func disconnect() {
        switch connection {
        case .webSocket(let port): port.close()
        case .eventStream(let port): port.close()
        case .poll(let port): port.close()
        case nil: break
        }
        connection = nil
        if isOpen { share.tally.open -= 1 }
        isOpen = false
        leaveQueue()
    }

    private func leaveQueue() {
        guard isConnecting else { return }
        isConnecting = false
        share.connected()
    }

    // MARK: what the stream says

    func hello(_ cursor: Cursor) {
        if let position, position != cursor.seq { share.tally.gaps += 1 }
        epoch = cursor.epoch
        position = cursor.seq
        fresh = nil
        isOpen = true
        failures = 0
        share.tally.open += 1
        leaveQueue()
    }

    func batch(_ bytes: UnsafeRawBufferPointer, _ form: BatchScan.Form) -> BatchScan? {
        let now = Monotonic.now()
        do {
            let scan = try BatchScan(bytes, form) { take($0, now) }
            if scan.from != position { share.tally.gaps += 1 }
            position = scan.to
            if scan.isEmpty { share.tally.heartbeats += 1 }
            return scan
        } catch {
            share.fail(share.plan.target.notApus("a batch that cannot be read (\(error))"))
            disconnect()
            return nil
        }
    }

    private func take(_ mark: Mark, _ now: Int64) {
        guard check.take(mark.number) else { return }
        share.tally.deliveries += 1
        if share.window.contains(mark.sent) {
            share.tally.measured += 1
            share.tally.latencies.record(now - mark.sent)
            share.tally.lastMeasured = now
        }
        share.delivered(mark.number, in: room)
    }

    func reply(_ bytes: UnsafeRawBufferPointer) {}

    func ended(_ end: StreamEnd) {
        let wasOpen = isOpen
        disconnect()
        if isClosed { return }
        if wasOpen { share.tally.ended += 1 }
        switch end {
        case .refused(let sentence): return share.fail(sentence)
        case .lost(let reason): share.tally.lastTrouble = reason
        case .reset(let cursor):
            share.tally.resets += 1
            fresh = cursor
            position = nil
        }
        guard share.plan.reconnects || !wasOpen else { return }
        if wasOpen { share.tally.reconnects += 1 }
        failures += 1
        // Full jitter, so that a server that comes back is not met by all at once.
        let most = min(2000, 100 << min(failures, 5))
        share.loop.assumeIsolated().scheduleTask(in: .milliseconds(.random(in: 0...Int64(most)))) {
            self.share.queue(self)
        }
    }
}
