import ApusWire
import NIOCore
import NIOEmbedded
import Testing

@testable import ApusCore

struct EndingTests {
    private func world() throws -> World {
        let world = try World(loops: 2)
        world.publish([.joined(1, 7), .joined(2, 7)])
        return world
    }

    @Test func `the end of a credential ends what it opened, on every loop, and nothing else`() throws {
        let world = try world()
        let ended = [
            world.open(1, .webSocket, on: 0) { $0.credential = "s_1" }.sink,
            world.open(1, .sse, on: 1) { $0.credential = "s_1" }.sink,
            world.open(1, .longPoll, on: 1, cursor: 2) { $0.credential = "s_1" }.sink,
            world.open(1, .webSocket, on: 1) {
                $0.credential = "s_1"
                $0.probes = true
            }.sink,
        ]
        let others = [
            world.open(1, .webSocket, on: 0) { $0.credential = "s_2" }.sink,
            world.open(1, .webSocket, on: 1).sink,
            // Ids are the user's own; another user's of the same name is another credential.
            world.open(2, .webSocket, on: 0) { $0.credential = "s_1" }.sink,
        ]
        world.hub.end(.opened(by: UserKey(1), with: "s_1"))
        world.run()
        #expect(ended.map(\.byes) == Array(repeating: [Bye(.unauthorized)], count: 4))
        #expect(others.flatMap(\.byes) == [])
        world.hub.end(.all(of: UserKey(1)))
        world.run()
        #expect(others.map(\.byes.count) == [1, 1, 0])
    }

    @Test func `who waits to be let in when their credential ends is not let in`() throws {
        let world = try World()
        world.store([.joined(3, 7)])
        world.work.hold()
        let (reader, sink) = world.open(3) { $0.credential = "s_3" }
        #expect(sink.hellos.isEmpty && !reader.isEnded)
        world.hub.end(.opened(by: UserKey(3), with: "s_3"))
        world.run()
        world.work.runAll()
        world.run()
        #expect(sink.byes == [Bye(.unauthorized)])
        #expect(sink.hellos.isEmpty && reader.isEnded)
    }
}

struct CredentialBookTests {
    private func credential(_ user: Int64, _ id: String = "s_1") -> Credential {
        Credential(identity: .numbered(user), id: id)
    }

    @Test func `what is kept is known until its user is forgotten`() {
        let book = CredentialBook()
        book.keep(credential(1), [1], since: book.moment)
        book.keep(credential(1, "s_2"), [2], since: book.moment)
        book.keep(credential(2), [3], since: book.moment)
        #expect([[1], [2], [3]].map { book[$0]?.identity.key.raw } == [1, 1, 2])
        book.forget(UserKey(1))
        #expect([[1], [2], [3]].map { book[$0]?.identity.key.raw } == [nil, nil, 2])
    }

    @Test func `a look-up that began before an ending does not put it back`() {
        let book = CredentialBook(memory: 4)
        let moment = book.moment
        book.forget(UserKey(1))
        book.keep(credential(1), [1], since: moment)
        #expect(book[[1]] == nil)
        book.keep(credential(2), [2], since: moment)
        #expect(book[[2]] != nil, "another user's look-up is not concerned")
        book.keep(credential(1), [1], since: book.moment)
        #expect(book[[1]] != nil, "a later look-up is good")
    }

    @Test func `a look-up slower than what is remembered of endings is not kept`() {
        let book = CredentialBook(memory: 4)
        let moment = book.moment
        book.forget(UserKey(1))
        for user in 2...10 { book.forget(UserKey(Int64(user))) }
        book.keep(credential(1), [1], since: moment)
        #expect(book[[1]] == nil)
    }

    @Test func `what a key has vouched for is forgotten, and what is being looked up meanwhile is not kept`() {
        let book = CredentialBook()
        book.keep(credential(1, "j_a_1"), [1], since: book.moment)
        book.keep(credential(1, "j_b_1"), [2], since: book.moment)
        book.keep(credential(1, "s_1"), [3], since: book.moment)
        for user in 20...25 { book.forget(UserKey(Int64(user))) }
        let moment = book.moment
        book.forget(.vouched("j_a_"))
        #expect([[1], [2], [3]].map { book[$0] != nil } == [false, true, true])
        book.forget(UserKey(9))
        book.keep(credential(2, "j_a_2"), [4], since: moment)
        #expect(book[[4]] == nil)
        book.keep(credential(2, "j_b_2"), [4], since: book.moment)
        book.forget(UserKey(1))
        #expect([[1], [2], [3], [4]].map { book[$0] != nil } == [false, false, false, true])
    }

    @Test func `a full book begins anew`() {
        let book = CredentialBook(capacity: 2)
        for number in 1...3 { book.keep(credential(Int64(number)), [UInt8(number)], since: book.moment) }
        #expect([[1], [2], [3]].map { book[$0] != nil } == [false, false, true])
    }

    @Test func `what is not known is not made known by a change`() {
        let book = CredentialBook()
        book.update([1]) { $0.usedAt = Timestamp(milliseconds: 1) }
        #expect(book[[1]] == nil)
        book.keep(credential(1), [1], since: book.moment)
        book.update([1]) { $0.usedAt = Timestamp(milliseconds: 1) }
        #expect(book[[1]]?.usedAt == Timestamp(milliseconds: 1))
    }
}
