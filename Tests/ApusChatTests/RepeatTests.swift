import ApusChat
import ApusCore
import ApusSQLite
import ApusWire
import Testing

struct RepeatTests {
    private func desk(_ limits: ChatLimits = ChatLimits()) throws -> (Desk, Identity) {
        let desk = try Desk(limits: limits)
        let ada = try desk.user("ada")
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"one"}"#)
        return (desk, ada)
    }

    @Test func `a repeated command gets the first reply, and happens once`() throws {
        let (desk, ada) = try desk()
        let post = #"{"id":"a","op":"message.post","room":"one","text":"hi"}"#
        let first = try desk.ok(ada, post)
        desk.clock.advance(milliseconds: 5000)
        var again = try desk.ok(ada, post)
        #expect(again["repeated"] == true)
        again["repeated"] = nil
        #expect(again == first)
        #expect(try desk.store.head() == first["seq"]?.integer)
    }

    @Test func `a command repeated within one group happens once`() throws {
        let (desk, ada) = try desk()
        let post = try desk.submission(ada, #"{"id":"a","op":"message.post","room":"one","text":"hi"}"#)
        let replies = desk.run([post, post])
        #expect(replies.map { try? $0.result.get()["number"] } == [1, 1])
        #expect(replies.map { try? $0.result.get()["repeated"] } == [nil, true])
    }

    @Test(arguments: [
        #"{"id":"a","op":"message.post","room":"one","text":"other"}"#,
        #"{"id":"a","op":"message.post","room":"none","text":"hi"}"#,
        #"{"id":"a","op":"room.join","room":"one"}"#,
        #"{"id":"a","op":"read","room":"one","number":1}"#,
        #"{"id":"a","op":"fly"}"#,
        #"{"id":"a","op":"message.post","room":"one","text":""}"#,
        #"{"id":"a","op":"message.post"}"#,
    ])
    func `an id that was used for something else is refused`(json: String) throws {
        let (desk, ada) = try desk()
        try desk.ok(ada, #"{"id":"a","op":"message.post","room":"one","text":"hi"}"#)
        #expect(try desk.problem(ada, json) == .idReused)
    }

    @Test func `fields that nobody knows, and their order, do not make another command`() throws {
        let (desk, ada) = try desk()
        try desk.ok(ada, #"{"id":"a","op":"message.post","room":"one","text":"hi"}"#)
        let again = try desk.ok(ada, #"{"new":[1],"text":"hi","room":"one","op":"message.post","id":"a"}"#)
        #expect(again["repeated"] == true)
    }

    @Test func `the same id of somebody else is another command`() throws {
        let (desk, ada) = try desk()
        let bob = try desk.user("bob")
        try desk.ok(ada, #"{"id":"a","op":"message.post","room":"one","text":"hi"}"#)
        #expect(try desk.ok(bob, #"{"id":"a","op":"room.join","room":"one"}"#)["repeated"] == nil)
    }

    @Test func `a command that failed may be tried again with its id`() throws {
        let (desk, ada) = try desk()
        let bob = try desk.user("bob")
        let post = #"{"id":"a","op":"message.post","room":"one","text":"hi"}"#
        #expect(try desk.problem(bob, post) == .notAMember)
        try desk.ok(bob, #"{"op":"room.join","room":"one"}"#)
        #expect(try desk.ok(bob, post)["repeated"] == nil)
        #expect(try desk.ok(ada, #"{"id":"b","op":"room.join","room":"one"}"#)["seq"] == 1)
    }

    @Test(arguments: [
        #"{"id":"a","op":"read","room":"one","number":0}"#, #"{"id":"a","op":"typing","room":"one","on":true}"#,
        #"{"id":"a","op":"presence","state":"away"}"#,
    ])
    func `what is not worth remembering leaves its id free`(json: String) throws {
        let (desk, ada) = try desk()
        #expect(try desk.ok(ada, json)["repeated"] == nil)
        #expect(try desk.ok(ada, json)["repeated"] == nil)
        #expect(try desk.ok(ada, #"{"id":"a","op":"message.post","room":"one","text":"hi"}"#)["number"] == 1)
    }

    @Test func `too many commands are told when to come again, but a repeat is answered all the same`() throws {
        var limits = ChatLimits()
        limits.commandsPerSecond = 2
        limits.commandBurst = 3
        let (desk, ada) = try desk(limits)
        let post = #"{"id":"a","op":"message.post","room":"one","text":"hi"}"#
        try desk.ok(ada, post)
        try desk.ok(ada, #"{"op":"presence","state":"online"}"#)
        let replies = try desk.send(
            ada, #"[{"id":"b","op":"presence","state":"online"},{"id":"c","op":"presence","state":"online"}]"#)
        #expect(replies.map(\.problem) == [.rateLimited, .notTried])
        guard case .failure(let problem) = replies[0].result else { return }
        #expect(problem.retryAfterMilliseconds == 500)
        #expect(try desk.ok(ada, post)["repeated"] == true)
        desk.clock.advance(milliseconds: 499)
        #expect(try desk.problem(ada, #"{"op":"presence","state":"online"}"#) == .rateLimited)
        desk.clock.advance(milliseconds: 1)
        #expect(try desk.problem(ada, #"{"op":"presence","state":"online"}"#) == nil)
        let bob = try desk.user("bob")
        #expect(try desk.problem(bob, #"{"op":"presence","state":"online"}"#) == nil)
    }

    @Test func `what a deleted message said is forgotten with its commands, but their ids are not`() throws {
        let (desk, ada) = try desk()
        let post = #"{"id":"a","op":"message.post","room":"one","text":"hi"}"#
        let edit = #"{"id":"b","op":"message.edit","room":"one","number":1,"text":"ho"}"#
        let same = #"{"id":"c","op":"message.edit","room":"one","number":1,"text":"ho"}"#
        let other = #"{"id":"d","op":"message.post","room":"one","text":"hi"}"#
        let first = try [post, edit, same, other].map { try desk.ok(ada, $0) }
        func hash(_ id: String) throws -> [UInt8]? {
            var hash: [UInt8]?
            _ = try desk.store.write { hash = try $0.remembered(id, of: ada.key)?.hash }
            return hash
        }
        let zeros = [UInt8](repeating: 0, count: 16)
        #expect(try hash("a") != zeros && hash("b") != zeros)
        // Nothing in the log would tell that this one brought the text, too.
        #expect(try hash("c") == zeros)
        #expect(try desk.problem(ada, #"{"id":"a","op":"message.post","room":"one","text":"ha"}"#) == .idReused)
        try desk.ok(ada, #"{"id":"e","op":"message.delete","room":"one","number":1}"#)
        #expect(try ["a", "b", "c"].map { try hash($0) } == [zeros, zeros, zeros])
        #expect(try hash("d") != zeros && hash("e") != zeros)
        for (id, reply) in zip(["a", "b", "c"], first) {
            var again = try desk.ok(ada, #"{"id":"\#(id)","op":"message.post","room":"one","text":"anything"}"#)
            #expect(again["repeated"] == true)
            again["repeated"] = nil
            #expect(again == reply)
        }
        #expect(try desk.problem(ada, #"{"id":"d","op":"message.post","room":"one","text":"ha"}"#) == .idReused)
    }
}
