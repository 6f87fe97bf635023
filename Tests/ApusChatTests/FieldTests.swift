import ApusChat
import ApusSQLite
import ApusWire
import Testing

struct FieldTests {
    struct Case: Sendable {
        let json: String
        let code: ProblemCode
        /// Part of the sentence.
        let says: String

        init(_ json: String, _ says: String = "", _ code: ProblemCode = .invalidField) {
            self.json = json
            self.code = code
            self.says = says
        }
    }

    static let long = String(repeating: "x", count: 101)

    @Test(arguments: [
        Case(#"{"id":"a","op":"fly"}"#, "no op \"fly\"", .unknownOperation),
        Case(#"{"id":"a"}"#, "\"op\""),
        Case(#"{"id":"","op":"read"}"#, "\"id\""),
        Case(#""hello""#, "object", .badRequest),
        Case(#"{"id":"a","op":"message.post","text":"x"}"#, "needs \"room\""),
        Case(#"{"id":"a","op":"message.post","room":7,"text":"x"}"#, "\"room\" of message.post is a string"),
        Case(#"{"id":"a","op":"message.post","room":null,"text":"x"}"#, "needs \"room\""),
        Case(#"{"id":"a","op":"message.post","room":"one"}"#, "needs \"text\""),
        Case(#"{"id":"a","op":"message.post","room":"one","text":""}"#, "empty"),
        Case(#"{"id":"a","op":"message.post","room":"one","text":"a\u0000b"}"#, "U+0000"),
        Case(#"{"id":"a","op":"room.direct","users":["u_bob\u0000"]}"#, "\"users\" of room.direct contains U+0000"),
        Case(#"{"id":"a","op":"room.direct","users":["u_ada\u0000"]}"#, "U+0000"),
        Case(#"{"id":"a","op":"message.post","room":"none","text":"x"}"#, "no room \"none\"", .noSuchRoom),
        Case(#"{"id":"a","op":"message.post","room":"other","text":"x"}"#, "not a member", .notAMember),
        Case(#"{"id":"a","op":"room.create","room":"new"}"#, "needs \"kind\""),
        Case(#"{"id":"a","op":"room.create","kind":"secret","room":"new"}"#, "\"public\""),
        Case(#"{"id":"a","op":"room.create","kind":"public"}"#, "needs \"room\""),
        Case(#"{"id":"a","op":"room.create","kind":"public","room":"N"}"#, "2 to 64 characters"),
        Case(#"{"id":"a","op":"room.create","kind":"public","room":"Ünew"}"#, "2 to 64 characters"),
        Case(#"{"id":"a","op":"room.create","kind":"public","room":"new","name":""}"#, "1 to 100"),
        Case(#"{"id":"a","op":"room.create","kind":"public","room":"new","name":"\#(long)"}"#, "1 to 100"),
        Case(#"{"id":"a","op":"room.create","kind":"public","room":"new","history":"some"}"#, "\"all\", \"joined\""),
        Case(#"{"id":"a","op":"room.create","kind":"public","room":"one"}"#, "already", .roomExists),
        Case(#"{"id":"a","op":"room.join"}"#, "needs \"room\""),
        Case(#"{"id":"a","op":"room.join","room":"none"}"#, "", .noSuchRoom),
        Case(#"{"id":"a","op":"room.leave","room":"other"}"#, "", .notAMember),
        Case(#"{"id":"a","op":"read","room":"one"}"#, "needs \"number\""),
        Case(#"{"id":"a","op":"read","room":"one","number":"1"}"#, "whole number"),
        Case(#"{"id":"a","op":"read","room":"one","number":-1}"#, "whole number"),
        Case(#"{"id":"a","op":"read","room":"one","number":1.5}"#, "whole number"),
        Case(#"{"id":"a","op":"read","room":"one","number":9007199254740992}"#, "whole number"),
        Case(#"{"id":"a","op":"read","room":"one","number":2}"#, "past the last message"),
        Case(#"{"id":"a","op":"read","room":"other","number":0}"#, "", .notAMember),
        Case(#"{"id":"a","op":"typing","room":"one"}"#, "needs \"on\""),
        Case(#"{"id":"a","op":"typing","room":"one","on":1}"#, "true or false"),
        Case(#"{"id":"a","op":"typing","room":"other","on":true}"#, "", .notAMember),
        Case(#"{"id":"a","op":"presence"}"#, "needs \"state\""),
        Case(#"{"id":"a","op":"presence","state":"offline"}"#, "\"online\", \"away\""),
        Case(#"{"id":"a","op":"ack","seq":1}"#, "needs \"connection\""),
        Case(#"{"id":"a","op":"ack","connection":"c_x_1"}"#, "needs \"seq\""),
        Case(#"{"id":"a","op":"ack","connection":"c_x_1","seq":1}"#, "no SSE stream", .noSuchConnection),
    ])
    func `a faulty command is refused with its code and a sentence`(_ one: Case) throws {
        let desk = try Desk()
        let (ada, bob) = (try desk.user("ada"), try desk.user("bob"))
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"one"}"#)
        try desk.ok(bob, #"{"op":"room.create","kind":"public","room":"other"}"#)
        try desk.ok(ada, #"{"op":"message.post","room":"one","text":"first"}"#)
        let head = try desk.store.head()
        guard case .failure(let problem) = try desk.send(ada, one.json)[0].result else {
            Issue.record("it was taken")
            return
        }
        #expect(problem.code == one.code)
        #expect(problem.detail.contains(one.says), "\(problem.detail)")
        #expect(try desk.store.head() == head)
    }

    @Test func `a text has a limited number of Unicode scalars`() throws {
        var limits = ChatLimits()
        limits.textLength = 3
        let desk = try Desk(limits: limits)
        let ada = try desk.user("ada")
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"one"}"#)
        #expect(try desk.problem(ada, #"{"op":"message.post","room":"one","text":"€€€"}"#) == nil)
        #expect(try desk.problem(ada, #"{"op":"message.post","room":"one","text":"abcd"}"#) == .tooLarge)
    }

    @Test func `numbers have no gap, whatever fails in between`() throws {
        let desk = try Desk()
        let ada = try desk.user("ada")
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"one"}"#)
        let replies = try desk.send(
            ada,
            #"[{"op":"message.post","room":"one","text":"a"},{"op":"message.post","room":"one","text":""},"#
                + #"{"op":"message.post","room":"one","text":"b"}]"#)
        #expect(replies.map { try? $0.result.get()["number"] } == [1, nil, 2])
    }
}
