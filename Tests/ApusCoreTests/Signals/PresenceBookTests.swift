import ApusWire
import Testing

@testable import ApusCore

struct PresenceBookTests {
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

    private func states(_ book: inout PresenceBook, _ seconds: Int64) -> [PresenceState] {
        book.changes(now: at(seconds)).map(\.state)
    }

    @Test func `who opens a stream is online, told once`() {
        var book = PresenceBook()
        book.opened(UserKey(1), id: "u_1")
        let changes = book.changes(now: at(0))
        #expect(changes.map(\.user) == [UserKey(1)])
        #expect(changes.map(\.id) == ["u_1"])
        #expect(changes.map(\.state) == [.online])
        check(states(&book, 1) == [])
        book.opened(UserKey(1), id: "u_1")
        check(states(&book, 2) == [])
    }

    @Test func `who leaves is here until the lease ends`() {
        var book = PresenceBook()
        book.opened(UserKey(1), id: "u_1")
        check(states(&book, 0) == [.online])
        book.closed(UserKey(1), leaseEnd: at(10))
        check(states(&book, 9) == [])
        #expect(book.contains(UserKey(1)))
        check(states(&book, 10) == [.offline])
        #expect(!book.contains(UserKey(1)))
    }

    @Test func `who has several readers is here while one is left`() {
        var book = PresenceBook()
        for _ in 0..<3 { book.opened(UserKey(1), id: "u_1") }
        _ = states(&book, 0)
        book.closed(UserKey(1), leaseEnd: at(1))
        book.closed(UserKey(1), leaseEnd: at(1))
        check(states(&book, 100) == [])
        book.closed(UserKey(1), leaseEnd: at(110))
        check(states(&book, 109) == [])
        check(states(&book, 110) == [.offline])
    }

    @Test func `a longer lease is not cut short by a shorter one`() {
        var book = PresenceBook()
        book.opened(UserKey(1), id: "u_1")
        book.opened(UserKey(1), id: "u_1")
        _ = states(&book, 0)
        book.closed(UserKey(1), leaseEnd: at(75))
        book.closed(UserKey(1), leaseEnd: at(10))
        check(states(&book, 74) == [])
        check(states(&book, 75) == [.offline])
    }

    @Test func `who comes and goes between two looks is told of all the same, and ends`() {
        var book = PresenceBook()
        book.opened(UserKey(1), id: "u_1")
        book.closed(UserKey(1), leaseEnd: at(10))
        check(states(&book, 1) == [.online])
        check(states(&book, 11) == [.offline])
    }

    @Test func `away holds until one is offline`() {
        var book = PresenceBook()
        book.opened(UserKey(1), id: "u_1")
        book.setAway(true, UserKey(1), id: "u_1", leaseEnd: at(5))
        check(states(&book, 0) == [.away])
        book.opened(UserKey(1), id: "u_1")
        check(states(&book, 1) == [])
        book.setAway(false, UserKey(1), id: "u_1", leaseEnd: at(5))
        check(states(&book, 2) == [.online])
        book.setAway(true, UserKey(1), id: "u_1", leaseEnd: at(5))
        book.closed(UserKey(1), leaseEnd: at(10))
        book.closed(UserKey(1), leaseEnd: at(10))
        check(states(&book, 10) == [.offline])
        book.opened(UserKey(1), id: "u_1")
        check(states(&book, 11) == [.online])
    }

    @Test func `the greatest acknowledged seq per user and scope is kept until it is taken`() {
        var book = AckBook()
        let rooms = Scope.rooms([RoomKey(1)])
        book.record(UserKey(1), .everything, 5)
        book.record(UserKey(1), .everything, 3)
        book.record(UserKey(1), rooms, 2)
        book.record(UserKey(2), .everything, 0)
        check(
            Set(book.take()) == [
                AckBook.Ack(user: UserKey(1), scope: .everything, seq: 5),
                AckBook.Ack(user: UserKey(1), scope: rooms, seq: 2),
                AckBook.Ack(user: UserKey(2), scope: .everything, seq: 0),
            ])
        check(book.take().isEmpty)
    }
}
