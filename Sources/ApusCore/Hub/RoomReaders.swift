/// The readers of one room on one loop.
final class RoomReaders {
    private(set) var seats: [Seat] = []
    /// Gathered in the drain that is going on.
    var events: [EncodedEvent] = []
    var signals: [EncodedSignal] = []

    func add(_ reader: Reader, room: RoomKey) -> Seat {
        let seat = Seat(reader: reader, room: room, index: seats.count)
        seats.append(seat)
        return seat
    }

    /// What was gathered; nil when that is nothing.
    func take() -> Segment? {
        if events.isEmpty, signals.isEmpty { return nil }
        defer {
            events = []
            signals = []
        }
        return Segment(events: events, signals: signals)
    }

    func remove(_ seat: Seat) {
        let last = seats.removeLast()
        if last !== seat {
            seats[seat.index] = last
            last.index = seat.index
        }
    }
}
