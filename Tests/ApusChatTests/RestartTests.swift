import ApusCore
import ApusSQLite
import ApusWire
import NIOConcurrencyHelpers
import Testing

@testable import ApusChat

/// What fails after it has written makes the whole group run again, on savepoints.
struct RestartTests {
    private struct Failed: Error {}

    /// A piece of administration that writes, and then fails.
    private func failing(_ failures: NIOLockedValueBox<[any Error]>) -> WriterWork {
        .job(
            WriteJob(
                run: {
                    try $0.insertUser(NewUser(id: "u_ghost", name: "ghost", role: .member, password: nil))
                    throw Failed()
                },
                done: { result in
                    if case .failure(let error) = result { failures.withLockedValue { $0.append(error) } }
                }))
    }

    @Test func `what fails after it has written leaves nothing, and its neighbours happen once`() throws {
        var limits = ChatLimits()
        limits.commandsPerSecond = 1
        limits.commandBurst = 1
        let desk = try Desk(limits: limits)
        let (ada, bob) = (try desk.user("ada"), try desk.user("bob"))
        for json in [
            #"{"id":"c","op":"room.create","kind":"public","room":"general"}"#,
            #"{"id":"1","op":"message.post","room":"general","text":"one"}"#,
        ] {
            desk.clock.advance(milliseconds: 1000)
            try desk.ok(ada, json)
        }
        try desk.ok(bob, #"{"id":"j","op":"room.join","room":"general"}"#)
        desk.clock.advance(milliseconds: 1000)
        let failures = NIOLockedValueBox<[any Error]>([])
        // One command each is all that the limit allows: the second run must not count as a second command.
        let replies = desk.run([
            try desk.submission(ada, #"{"id":"2","op":"message.post","room":"general","text":"two"}"#),
            failing(failures),
            try desk.submission(bob, #"{"id":"3","op":"message.post","room":"general","text":"three"}"#),
        ])
        #expect(try replies.map { try $0.result.get()["number"] } == [2, 3])
        #expect(failures.withLockedValue { $0.map { $0 is Failed } } == [true])
        let page = try #require(
            try desk.store.history(of: RoomKey(1), for: ada.key, at: .end, limit: 10))
        #expect(page.messages.map(\.text) == ["one", "two", "three"])
        #expect(page.messages.map(\.number) == [1, 2, 3])
        let head = try desk.store.head()
        #expect(head == 6, "two of the room, one joining, three messages")
        _ = try desk.store.write {
            let ghost = try $0.user(named: "ghost")
            #expect(ghost == nil)
        }
    }

    @Test func `what is known of rooms and members is right after a transaction that failed`() throws {
        let desk = try Desk()
        let ada = try desk.user("ada")
        try desk.ok(ada, #"{"id":"c","op":"room.create","kind":"public","room":"general"}"#)
        try desk.ok(ada, #"{"id":"1","op":"message.post","room":"general","text":"one"}"#)
        #expect(throws: Failed.self) {
            _ = try desk.store.write {
                let room = try #require(try $0.room(named: "general"))
                let number = try $0.takeNumber(in: room.key)
                #expect(number == 2)
                try $0.endStay(of: ada.key, in: room.key, at: $0.head)
                let stay = try $0.stay(of: ada.key, in: room.key)
                #expect(stay == nil)
                throw Failed()
            }
        }
        let second = try desk.ok(ada, #"{"id":"2","op":"message.post","room":"general","text":"two"}"#)
        #expect(second["number"] == 2)
    }
}
