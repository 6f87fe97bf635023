package import ApusWire
import NIOConcurrencyHelpers
package import NIOCore

/// Values that the log does not keep but the database does, asked for once per room.
package protocol SignalSource: Sendable {
    /// The stored receipts of these rooms. Blocks.
    func receipts(in rooms: [RoomKey]) throws -> [SignalDraft]
}

/// The fan-out: one half per event loop, and the little that they share.
package final class Hub: Sendable {
    package let configuration: HubConfiguration
    package let epoch: String
    package let instruments: Instruments
    package let wallClock: @Sendable () -> Timestamp
    package let halves: [HubHalf]
    package let credentials = CredentialBook()
    private let state: NIOLockedValueBox<HubState>
    private let log: any Log
    private let signalSource: (any SignalSource)?
    /// Runs blocking reads of the log; by default threads of its own, in tests whatever the test likes.
    private let offload: @Sendable (@escaping @Sendable () -> Void) -> Void

    /// Reads the log's head and epochs; blocks.
    package init(
        log: any Log, signalSource: (any SignalSource)? = nil, loops: [any EventLoop],
        configuration: HubConfiguration = HubConfiguration(), instruments: Instruments = Instruments(),
        wallClock: @escaping @Sendable () -> Timestamp,
        offload: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) throws {
        let epochs = Epochs(try log.epochs())
        self.log = log
        self.signalSource = signalSource
        self.configuration = configuration
        self.instruments = instruments
        self.wallClock = wallClock
        self.offload = offload
        epoch = epochs.current.name
        let head = try log.head()
        let state = HubState(configuration: configuration, epochs: epochs, head: head, halves: loops.count)
        self.state = NIOLockedValueBox(state)
        halves = loops.enumerated().map { HubHalf(index: $0.offset, loop: $0.element, position: head) }
        for half in halves { half.hub = self }
    }

    /// The half that belongs to a loop; nil when the loop is not one of the hub's.
    package func half(of loop: any EventLoop) -> HubHalf? { halves.first { $0.loop === loop } }

    /// A stream's name on the wire and in logs.
    package func connectionName(_ reader: UInt64) -> String { "c_\(epoch)_\(String(reader, radix: 36))" }

    /// The stream that a name on the wire means; nil for names of other servers or other starts.
    package func reader(named name: String) -> UInt64? {
        let prefix = "c_\(epoch)_"
        return name.hasPrefix(prefix) ? UInt64(name.dropFirst(prefix.count), radix: 36) : nil
    }

    package var published: Cursor { Cursor(epoch: epoch, seq: state.withLockedValue(\.published)) }

    // MARK: for the writer

    /// Tells everybody of a run of committed events, in the order of the log. The caller has them on disk.
    /// - Parameter purged: earlier events, or events of this run, in the form that they have from now on.
    package func publish(
        _ events: [EncodedEvent], purged: [EncodedEvent] = [], signals: [SignalDraft] = [],
        replies: [AddressedReplies] = []
    ) {
        wake(withState { $0.publish(events, purged: purged, signals: signals, replies: replies, now: .now()) })
    }

    /// A credential has ended, or its user may no longer be here: so have the streams and polls that it opened. Called
    /// once that is on the disk. Who asks with it from now on finds it gone, and who asked before is ended by mail.
    package func end(_ ended: EndedReaders) {
        credentials.forget(ended)
        wake(
            withState { state in
                let posted = state.post(to: state.interest.all) { $0.revocations.append(ended) }
                return state.wake(posted, now: .now())
            })
    }

    /// About once a second.
    package func tick() {
        let now = wallClock()
        wake(withState { $0.tick(wall: now, now: .now()) })
    }

    /// What users have acknowledged since it was last asked.
    package func takeAcks() -> [AckBook.Ack] { withState { $0.acks.take() } }

    /// Where an SSE stream stands, for `ack` commands; nil when there is no such stream.
    package func sent(connection: UInt64) -> SentPosition? { withState { $0.sent[connection] } }

    package func recordAck(_ user: UserKey, _ scope: Scope, _ seq: Int64) {
        withState { $0.acks.record(user, scope, seq) }
    }

    package func setAway(_ isAway: Bool, _ user: Identity) {
        let wall = wallClock()
        let lease = configuration.pollLease.nanoseconds / 1_000_000
        withState {
            $0.presence.setAway(
                isAway, user.key, id: user.id, leaseEnd: Timestamp(milliseconds: wall.milliseconds + lease))
        }
    }

    /// The signals of a user who takes a snapshot, with the token to go on from.
    package func signals(for identity: Identity) -> (values: [EncodedSignal], token: String) {
        let request = ReaderRequest(identity: identity, kind: .shortPoll)
        return withState { state in
            let (values, version) = state.signals(for: request, since: nil)
            return (values, state.token(version))
        }
    }

    // MARK: for the halves

    func withState<T>(_ body: (inout HubState) throws -> T) rethrows -> T { try state.withLockedValue(body) }

    func wake(_ mask: UInt64) {
        var rest = mask
        while rest != 0 {
            let half = halves[rest.trailingZeroBitCount]
            half.loop.execute { half.drain() }
            rest &= rest - 1
        }
    }

    /// Reads a user's stays into memory, then goes on on the loop.
    func loadVisibility(
        of user: UserKey, on loop: any EventLoop, then: @escaping @Sendable ((any Error)?) -> Void
    ) {
        offload {
            do {
                try self.loadVisibility(of: user)
                loop.execute { then(nil) }
            } catch {
                loop.execute { then(error) }
            }
        }
    }

    /// The same for callers that may block.
    package func loadVisibility(of user: UserKey) throws {
        while true {
            let (visibility, head) = try log.visibility(of: user)
            if withState({ $0.install(visibility, head: head, now: .now()) }) {
                return try loadReceipts(in: visibility.rooms(after: head))
            }
        }
    }

    /// A reader's user has joined a room whose stored receipts may not be in memory.
    func loadReceipts(ofJoined room: RoomKey) {
        if signalSource == nil || withState({ $0.roomsWithReceipts.contains(room) }) { return }
        // Should the disk not answer, receipts come with their next change.
        offload { try? self.loadReceipts(in: [room]) }
    }

    private func loadReceipts(in rooms: [RoomKey]) throws {
        guard let signalSource else { return }
        let missing = withState { state in rooms.filter { !state.roomsWithReceipts.contains($0) } }
        if missing.isEmpty { return }
        let drafts = try signalSource.receipts(in: missing)
        wake(
            withState { state in
                var posted: UInt64 = 0
                for draft in drafts where !state.signals.contains(draft.key) { posted |= state.publish(draft) }
                state.roomsWithReceipts.formUnion(missing)
                return state.wake(posted, now: .now())
            })
    }

    /// Reads a page of the log, then goes on on the loop.
    func readLog(
        _ request: ReaderRequest, _ visibility: Visibility, after: Int64, through: Int64, on loop: any EventLoop,
        then: @escaping @Sendable (Result<LogPage, any Error>) -> Void
    ) {
        offload {
            let page = Result {
                try self.log.events(
                    visibleTo: visibility, in: request.scope, after: after, through: through,
                    limit: request.limit, bytes: maximumBatchBytes)
            }
            loop.execute { then(page) }
        }
    }
}
