import ApusChat
import ApusCore
import ApusSQLite
import ApusWire
import Testing

struct RoomChangeTests {
    @Test func `what is changed is changed, the rest stays, and the event tells all`() throws {
        let desk = try Desk()
        let ada = try desk.user("ada")
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"hall","topic":"old"}"#)
        let seq = try desk.ok(ada, #"{"op":"room.update","room":"hall","name":"Hall"}"#)["seq"]
        #expect(try desk.ok(ada, #"{"op":"room.update","room":"hall","name":"Hall","topic":"old"}"#)["seq"] == seq)
        try desk.ok(ada, #"{"op":"room.update","room":"hall","history":"joined"}"#)
        #expect(try desk.seen(by: ada).suffix(2) == ["room.updated Hall", "room.updated Hall"])
        let room = try #require(try desk.store.room(named: "hall"))
        #expect(room.name == "Hall" && room.topic == "old" && room.history == .joined)
        // Known by now, and read again after a change.
        try desk.ok(ada, #"{"op":"message.post","room":"hall","text":"x"}"#)
        try desk.ok(ada, #"{"op":"room.update","room":"hall","topic":"new"}"#)
        #expect(try desk.store.room(named: "hall")?.head == 1)
    }

    @Test func `another spelling of an accent is another name, and another topic`() throws {
        let desk = try Desk()
        let ada = try desk.user("ada")
        let create = #"{"op":"room.create","kind":"public","room":"hall","name":"Caf\u00E9","topic":"Caf\u00E9"}"#
        try desk.ok(ada, create)
        try desk.ok(ada, #"{"op":"room.update","room":"hall","name":"Cafe\u0301"}"#)
        try desk.ok(ada, #"{"op":"room.update","room":"hall","topic":"Cafe\u0301"}"#)
        let room = try #require(try desk.store.room(named: "hall"))
        for text in [room.name, room.topic] { #expect(text.utf8.elementsEqual("Cafe\u{301}".utf8)) }
    }

    @Test(arguments: [
        #"{}"#, #"{"name":""}"#, #"{"name":7}"#, #"{"history":"some"}"#, #"{"name":null}"#,
    ])
    func `a faulty change is refused`(_ fields: String) throws {
        let desk = try Desk()
        let ada = try desk.user("ada")
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"hall"}"#)
        let command = fields.replacing("{", with: #"{"op":"room.update","room":"hall","#).replacing(",}", with: "}")
        #expect(try desk.problem(ada, command) == .invalidField)
    }

    @Test func `nothing changes in an archived room, until it is opened again`() throws {
        let desk = try Desk()
        let (ada, bob) = (try desk.user("ada"), try desk.user("bob"))
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"hall"}"#)
        try desk.ok(ada, #"{"op":"message.post","room":"hall","text":"x"}"#)
        #expect(try desk.problem(bob, #"{"op":"room.archive","room":"hall"}"#) == .forbidden)
        let archive = #"{"op":"room.archive","room":"hall"}"#
        let seq = try desk.ok(ada, archive)["seq"]
        #expect(try desk.ok(ada, archive)["seq"] == seq)
        for command in [
            #""op":"message.post","text":"x""#, #""op":"room.update","name":"x""#, #""op":"member.add","user":"u_bob""#,
            #""op":"member.role","user":"u_ada","role":"member""#, #""op":"member.ban","user":"u_bob""#,
            #""op":"member.unban","user":"u_bob""#, #""op":"member.remove","user":"u_bob""#,
        ] {
            #expect(try desk.problem(ada, #"{"room":"hall",\#(command)}"#) == .roomArchived, "\(command)")
        }
        #expect(try desk.problem(bob, #"{"op":"room.join","room":"hall"}"#) == .roomArchived)
        #expect(try desk.ok(ada, #"{"op":"room.join","room":"hall"}"#)["seq"] == 1, "a member is one already")
        #expect(try desk.ok(ada, #"{"op":"read","room":"hall","number":1}"#)["read"] == 1)
        #expect(try desk.store.history(of: RoomKey(1), for: ada.key, at: .end, limit: 9)?.messages.count == 1)
        func listed(_ archived: Bool) throws -> Int {
            try desk.store.publicRooms(for: bob.key, after: "", limit: 9, archived: archived).items.count
        }
        #expect(try listed(false) == 0)
        #expect(try listed(true) == 1)
        try desk.ok(ada, #"{"op":"room.archive","room":"hall","on":false}"#)
        #expect(try desk.seen(by: ada).suffix(2) == ["room.archived ", "room.archived "])
        try desk.ok(bob, #"{"op":"room.join","room":"hall"}"#)
        try desk.ok(ada, archive)
        try desk.ok(bob, #"{"op":"room.leave","room":"hall"}"#)
    }

    @Test(arguments: [
        (#""kind":"private""#, "needs \"name\""), (#""kind":"private","name":"x","room":"den""#, "from the server"),
        (#""kind":"direct","name":"x""#, "\"public\", \"private\""),
        (#""kind":"public","room":"r_abc""#, "begin with r_"),
        (#""kind":"public","room":"d_abc""#, "begin with r_"),
    ])
    func `a faulty creation is refused`(_ fields: String, _ says: String) throws {
        let desk = try Desk()
        let ada = try desk.user("ada")
        guard case .failure(let problem) = try desk.send(ada, #"{"op":"room.create",\#(fields)}"#)[0].result else {
            Issue.record("it was taken")
            return
        }
        #expect(problem.code == .invalidField && problem.detail.contains(says), "\(problem.detail)")
    }
}
