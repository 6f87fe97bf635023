import ApusWire
import DequeModule

/// What has come and the application has not yet taken: bounded, whatever the application does. When it is full, what
/// comes is dropped and only the position is remembered; it is read again from the log when there is room.
struct Backlog {
    static let limit = 1_000

    private var events: Deque<Event> = []
    /// Everything up to here is in `events`, or was taken.
    private(set) var end: Int64
    /// The last one that the application is done with: it has asked for the next.
    private(set) var done: Int64
    private var handed: Int64?
    private(set) var isBehind = false

    init(from seq: Int64) {
        end = seq
        done = seq
    }

    /// How many may be read again now.
    var room: Int { Self.limit - events.count }

    /// New events from a stream, which has come to `seq` with them.
    mutating func append(_ new: some Collection<Event>, upTo seq: Int64) {
        guard !isBehind else { return }
        guard new.count <= room else { return isBehind = true }
        events.append(contentsOf: new)
        end = max(end, seq)
        finish()
    }

    /// What was read again; `live` is where the stream is by now.
    mutating func refill(_ read: [Event], upTo seq: Int64, live: Int64) {
        for event in read where event.seq > end { events.append(event) }
        end = max(end, seq)
        isBehind = end < live
        finish()
    }

    /// The application asks, so it is done with what it got before.
    mutating func next() -> Event? {
        if let handed { done = handed }
        handed = nil
        guard let event = events.popFirst() else {
            finish()
            return nil
        }
        handed = event.seq
        return event
    }

    /// With nothing in between, being done means being where the stream is.
    private mutating func finish() { if events.isEmpty, handed == nil { done = max(done, end) } }
}
