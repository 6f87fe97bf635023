import ApusCore
import ApusSQLite
import ApusWire
import Testing

@testable import ApusChat

struct LabelTests {
    @Test(arguments: [
        "Ada", "é", "  Zoë  K. ", "小明", "דנה \u{200F}(2)", "a\u{200D}b", "\u{1F468}\u{200D}\u{1F469}",
        "\u{2065}\u{206A}",
        String(repeating: "e\u{301}", count: 10),
    ])
    func `names of people are taken`(name: String) throws {
        try Label.check(name, as: "A name", lengths: 1...20)
    }

    @Test(arguments: [
        ("", "0 came"), (String(repeating: "x", count: 21), "21 came"), (" \u{3000}", "only spaces"),
        ("a\u{0}", "U+0000"), ("a\nb", "U+000A"), ("a\tb", "U+0009"), ("a\u{1B}[2J", "U+001B"), ("\u{7F}", "U+007F"),
        ("\u{85}", "U+0085"), ("a\u{2028}b", "U+2028"), ("a\u{2029}b", "U+2029"), ("\u{202A}a", "U+202A"),
        ("gnp.\u{202E}exe", "U+202E"), ("\u{2066}a", "U+2066"), ("a\u{2069}", "U+2069"),
    ])
    func `what would leave its line or its place is refused, and the sentence says what came`(
        name: String, says: String
    ) throws {
        let problem = #expect(throws: Problem.self) { try Label.check(name, as: "A name", lengths: 1...20) }
        #expect(problem?.code == .invalidField)
        #expect(problem?.detail.contains(says) == true && problem?.detail.contains("1 to 20") == true)
    }

    @Test func `every name and topic that somebody gives is checked`() throws {
        let desk = try Desk()
        let ada = try desk.user("ada")
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"one","topic":""}"#)
        let head = try desk.store.head()
        for bad in [#"a\u202eb"#, #"a\nb"#] {
            for command in [
                #"{"op":"room.create","kind":"public","room":"two","name":"\#(bad)"}"#,
                #"{"op":"room.create","kind":"public","room":"two","topic":"\#(bad)"}"#,
                #"{"op":"room.create","kind":"private","name":"\#(bad)"}"#,
                #"{"op":"room.update","room":"one","name":"\#(bad)"}"#,
                #"{"op":"room.update","room":"one","topic":"\#(bad)"}"#,
                #"{"op":"user.update","display_name":"\#(bad)"}"#,
            ] {
                #expect(try desk.problem(ada, command) == .invalidField, "\(command)")
            }
        }
        for bad in ["a\u{202E}b", "a\nb", " "] {
            let hook = #expect(throws: Problem.self) { try desk.makeHook(bad, in: "one", by: ada) }
            #expect(hook?.code == .invalidField)
            let bot = #expect(throws: Problem.self) {
                try NewBot(name: "bot", displayName: bad, token: BearerToken())
            }
            #expect(bot?.code == .invalidField)
        }
        #expect(try desk.problem(ada, #"{"op":"room.create","kind":"private","name":" "}"#) == .invalidField)
        #expect(try desk.store.head() == head)
        // A room that has such a name from before gets a topic all the same.
        let room = try #require(try desk.store.room(named: "one"))
        _ = try desk.store.write {
            var old = room
            old.name = "a\nb"
            try $0.updateRoom(old)
        }
        try desk.ok(ada, #"{"op":"room.update","room":"one","topic":"news"}"#)
    }
}
