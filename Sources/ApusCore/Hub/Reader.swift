package import ApusWire
package import NIOCore

/// What a transport does for a reader. Called on the reader's loop only.
package protocol ReaderSink: AnyObject {
    /// False when the socket has more waiting than it should; `HubHalf.becameWritable` is called when that ends.
    var isWritable: Bool { get }
    /// The stream starts. Polls have no hello.
    func start(_ reader: Reader, _ hello: Hello)
    /// Writes without flushing. A poll is over with it.
    func write(_ batch: OutgoingBatch)
    func flush()
    /// The cursor cannot be continued: say so and end.
    func reset(_ reset: Reset)
    /// Say goodbye and end.
    func end(_ bye: Bye)
    /// Called at least once a heartbeat: the transport may ask the client for a sign of life.
    func checkLife(now: NIODeadline)
}

/// Who gets the replies to commands that came in on a connection. Called on its loop only.
package protocol ReplyReceiver: AnyObject {
    func receive(_ replies: [Reply])
    func flush()
}

/// What a client asks for when it opens a stream or asks a poll.
package struct ReaderRequest: Sendable {
    package var identity: Identity
    /// The id of the credential that it was asked with; nil for readers inside the server.
    package var credential: String?
    /// When the credential ends, if nothing can put that off.
    package var endsAt: Timestamp?
    package var kind: TransportKind
    package var scope: Scope
    /// Nil: from now on.
    package var cursor: Cursor?
    /// The last `signals_to`; nil when the client gave none.
    package var signals: String?
    /// The most events in one batch.
    package var limit: Int
    /// Names the installation or tab, so that a new stream replaces its older one.
    package var client: String?
    /// Reads without presence or delivered receipts.
    package var observes: Bool
    /// Hello, ticks and echoes only.
    package var probes: Bool
    /// How long a poll waits for something to say; nil for streams.
    package var wait: TimeAmount?

    package init(
        identity: Identity, credential: String? = nil, kind: TransportKind, scope: Scope = .everything,
        cursor: Cursor? = nil, signals: String? = nil, limit: Int = 100, client: String? = nil, observes: Bool = false,
        probes: Bool = false,
        wait: TimeAmount? = nil
    ) {
        self.identity = identity
        self.credential = credential
        self.kind = kind
        self.scope = scope
        self.cursor = cursor
        self.signals = signals
        self.limit = limit
        self.client = client
        self.observes = observes
        self.probes = probes
        self.wait = wait
    }
}

/// One open stream or waiting poll: its place in the log and what is to be sent to it. Confined to its loop.
package final class Reader {
    enum Mode {
        /// Not yet attached, or its user's visibility is being read.
        case opening
        /// Gets what is drained from the mailbox.
        case live
        /// Behind: reads the ring or the disk as fast as its socket takes it.
        case lagging
        /// Waits for the disk.
        case reading
        case ended
    }

    // A delivery finds little of a reader in the processor's cache: what it asks for stands together, `request` last.

    package let id: UInt64
    let sink: any ReaderSink
    var mode = Mode.opening
    let isPoll: Bool
    let probes: Bool
    /// The most events in one batch.
    let limit: Int
    /// A poll that gave no token does not want to be woken by typing.
    let wantsSignals: Bool
    /// Whether the reader has been let in; before that `position` says nothing.
    package internal(set) var isSeated = false
    /// Everything visible up to here has been written: the last batch's `to`.
    package internal(set) var position: Int64 = 0
    /// Nothing visible lies between `position` and here, though the reader has not been told so.
    var reached: Int64 = 0
    /// The signal version that has been written; nil when the reader needs them all.
    var signalsTo: Int64?
    /// Signals went past while the reader could not take them.
    var missedSignals = false
    var seats: [Seat] = [] { didSet { seatCount = seats.count } }
    private(set) var seatCount = 0
    /// What a drain has for the reader; nearly always one segment, which costs no list.
    var pending: Segment?
    var morePending: [Segment] = []
    var lastWrite = NIODeadline.uptimeNanoseconds(0)
    /// Its place in the list of its user's readers.
    var userIndex = 0
    var earlyTicks: ArraySlice<TimeAmount> = []
    var openedAt = NIODeadline.uptimeNanoseconds(0)
    /// The greatest seq written, readable from any thread, for `ack` commands that arrive by POST.
    var sent: SentPosition?
    package let request: ReaderRequest

    init(id: UInt64, request: ReaderRequest, sink: any ReaderSink) {
        self.id = id
        self.request = request
        self.sink = sink
        isPoll = request.wait != nil
        probes = request.probes
        limit = request.limit
        wantsSignals = !request.probes && (request.wait == nil || request.signals != nil)
    }

    package var isEnded: Bool { if case .ended = mode { true } else { false } }
}

/// A reader's place in the list of a room, so that leaving it costs the same however many sit there.
final class Seat {
    let room: RoomKey
    var index: Int

    init(room: RoomKey, index: Int) {
        self.room = room
        self.index = index
    }
}
