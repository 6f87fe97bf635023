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

    private func hash(_ id: String, of user: Identity, on desk: Desk) throws -> [UInt8]? {
        var hash: [UInt8]?
        _ = try desk.store.write { hash = try $0.remembered(id, of: user.key)?.hash }
        return hash
    }

    @Test func `what is kept of a command to know it again says nothing of its text`() throws {
        let (desk, ada) = try desk()
        for (id, text) in [("a", "hi"), ("b", "something else")] {
            try desk.ok(ada, #"{"id":"\#(id)","op":"message.post","room":"one","text":"\#(text)"}"#)
            try desk.ok(ada, #"{"id":"\#(id)\#(id)","op":"message.edit","room":"one","number":1,"text":"\#(text)!"}"#)
        }
        try desk.ok(ada, #"{"id":"c","op":"message.post","room":"one","text":"hi","reply_to":1}"#)
        func hash(_ id: String) throws -> [UInt8]? { try self.hash(id, of: ada, on: desk) }
        #expect(try hash("a")?.count == 16)
        #expect(try hash("a") == hash("b") && hash("aa") == hash("bb"))
        #expect(try hash("a") != hash("aa") && hash("a") != hash("c"))
    }

    @Test func `the repeat of what is deleted gets the first reply, whatever its text`() throws {
        let (desk, ada) = try desk()
        func post(_ id: String, _ text: String) -> String {
            #"{"id":"\#(id)","op":"message.post","room":"one","text":"\#(text)"}"#
        }
        func edit(_ id: String, _ text: String) -> String {
            #"{"id":"\#(id)","op":"message.edit","room":"one","number":1,"text":"\#(text)"}"#
        }
        // `c` changes nothing, and its reply names the event of `b`.
        let commands = [("a", post), ("b", edit), ("c", edit)]
        let first = try zip(commands, ["hi", "ho", "ho"]).map { try desk.ok(ada, $0.1($0.0, $1)) }
        #expect(first[1]["seq"] == first[2]["seq"])
        try desk.ok(ada, post("d", "hi"))
        for (id, command) in commands { #expect(try desk.problem(ada, command(id, "ha")) == .idReused, "\(id)") }
        // As the editor and not the disk spells it.
        try desk.ok(ada, post("e", "caf\u{E9}"))
        #expect(try desk.problem(ada, post("e", "cafe\u{301}")) == .idReused)

        try desk.ok(ada, #"{"id":"f","op":"message.delete","room":"one","number":1}"#)
        for ((id, command), reply) in zip(commands, first) {
            var again = try desk.ok(ada, command(id, "anything"))
            #expect(again["repeated"] == true)
            again["repeated"] = nil
            #expect(again == reply)
        }
        #expect(try desk.problem(ada, edit("a", "hi")) == .idReused, "another op")
        #expect(
            try desk.problem(ada, #"{"id":"b","op":"message.edit","room":"one","number":2,"text":"ho"}"#) == .idReused)
        #expect(try desk.problem(ada, post("d", "ha")) == .idReused, "of a message that is not deleted")
    }

    @Test func `an edit that changed nothing after a reaction is known again`() throws {
        let (desk, ada) = try desk()
        try desk.ok(ada, #"{"op":"message.post","room":"one","text":"hi"}"#)
        let reacted = try desk.ok(ada, #"{"op":"reaction.add","room":"one","number":1,"emoji":"👍"}"#)
        let edit = #"{"id":"a","op":"message.edit","room":"one","number":1,"text":"hi"}"#
        #expect(try desk.ok(ada, edit)["seq"] == reacted["seq"])
        #expect(try desk.ok(ada, edit)["repeated"] == true)
    }

    @Test func `a command from before schema 2 is known by its id alone`() throws {
        let (desk, ada) = try desk()
        _ = try desk.store.write {
            try $0.remember(RememberedCommand(hash: [], reply: Array(#"{"seq":1}"#.utf8)), id: "old", of: ada.key)
        }
        #expect(try desk.ok(ada, #"{"id":"old","op":"message.post","room":"one","text":"hi"}"#)["repeated"] == true)
    }
}
