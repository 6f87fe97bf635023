public import ApusWire

/// What is true only for now, as far as the client has heard: who types (`typing`), who is here (`presence`), how far
/// each member is (`receipt`, or `receipts` in large rooms). What is absent is at rest.
public struct Signals: Sendable, Equatable {
    private struct Place: Sendable, Hashable {
        let type: String
        let room: String?
    }

    private var places: [Place: [String: Signal]] = [:]

    /// Nothing heard yet.
    public init() {}

    /// One type's signals in a room, by the user's id; those that belong to no room where it is nil. A signal about
    /// nobody in particular is under the empty string.
    public func all(_ type: String, in room: String? = nil) -> [String: Signal] {
        places[Place(type: type, room: room)] ?? [:]
    }

    /// Takes what a batch brought; says whether it changed anything.
    mutating func apply(_ batch: Batch<Event, Signal>) -> Bool {
        let before = self
        if batch.signalsFull { places = [:] }
        for signal in batch.signals { apply(signal) }
        for event in batch.events where event.type == "member.left" { left(event) }
        return self != before
    }

    private mutating func apply(_ signal: Signal) {
        let place = Place(type: signal.type, room: signal.room)
        let user = signal.user ?? ""
        if let known = places[place]?[user], known.v >= signal.v { return }
        places[place, default: [:]][user] = signal
        // A room that passes the size for single receipts has one kind or the other.
        switch signal.type {
        case "receipt": places[Place(type: "receipts", room: signal.room)] = nil
        case "receipts": places[Place(type: "receipt", room: signal.room)] = nil
        default: break
        }
    }

    private mutating func left(_ event: Event) {
        guard let user = event.data["user"]?.string else { return }
        for type in ["typing", "receipt"] { places[Place(type: type, room: event.room)]?[user] = nil }
    }
}
