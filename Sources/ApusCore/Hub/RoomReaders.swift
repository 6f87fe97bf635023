/// The readers of one room on one loop.
final class RoomReaders {
    private var seats: [Seat] = []
    /// Who sits there, in the same order. Strong, which costs less to follow than `unowned`: whoever sits is among the
    /// half's readers, and gives up all seats when it is closed.
    private(set) var readers: [Reader] = []
    /// Gathered in the drain that is going on.
    var events: [EncodedEvent] = []
    var signals: [EncodedSignal] = []

    func add(_ reader: Reader, room: RoomKey) -> Seat {
        let seat = Seat(room: room, index: seats.count)
        seats.append(seat)
        readers.append(reader)
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
        let reader = readers.removeLast()
        if last !== seat {
            seats[seat.index] = last
            readers[seat.index] = reader
            last.index = seat.index
        }
    }
}
