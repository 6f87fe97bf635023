import ApusChat
import ApusCore
import ApusWire
import GRDB
import Testing

@testable import ApusSQLite

struct DirectRoomTests {
    @Test func `the same people have one room, whoever asks and in whatever order`() throws {
        let desk = try Desk()
        let (ada, bob, cyd) = (try desk.user("ada"), try desk.user("bob"), try desk.user("cyd"))
        let room = try desk.direct(ada, bob, cyd)
        #expect(room.hasPrefix("d_"))
        #expect(try desk.direct(ada, cyd, bob) == room)
        #expect(try desk.direct(ada, bob, bob, cyd) == room)
        #expect(try desk.direct(cyd, ada, bob) == room)
        #expect(try desk.direct(ada, bob) != room)
        let view = try #require(try desk.store.room(named: room, as: ada.key))
        #expect(view.room.people == ["u_ada", "u_bob", "u_cyd"])
        #expect(view.room.name == "" && view.room.kind == .direct)
    }

    @Test func `the others see it with its first message and not before`() throws {
        let desk = try Desk()
        let (ada, bob, cyd) = (try desk.user("ada"), try desk.user("bob"), try desk.user("cyd"))
        let room = try desk.direct(ada, bob, cyd)
        #expect(try desk.problem(bob, #"{"op":"message.post","room":"\#(room)","text":"x"}"#) == .noSuchRoom)
        #expect(try desk.store.snapshot(for: ada.key, maximumUsers: 9).users.map(\.user.name) == ["ada", "bob", "cyd"])
        #expect(try desk.store.snapshot(for: bob.key, maximumUsers: 9).users.map(\.user.name) == ["bob"])
        try desk.ok(ada, #"{"op":"message.post","room":"\#(room)","text":"hello"}"#)
        try desk.ok(bob, #"{"op":"message.post","room":"\#(room)","text":"you too"}"#)
        let joined = ["member.joined u_bob", "member.joined u_cyd", "message.created hello", "message.created you too"]
        #expect(try desk.seen(by: ada) == ["room.created ", "member.joined u_ada"] + joined)
        #expect(try desk.seen(by: bob) == joined)
        #expect(try desk.seen(by: cyd) == Array(joined.dropFirst()))
        for user in [bob, cyd] {
            let entry = try #require(try desk.store.room(named: room, as: user.key)?.entry)
            #expect(entry.read == 0 && entry.room.head == 2 && entry.room.memberCount == 3)
        }
    }

    @Test func `no text with U+0000 passes for the part before it, whoever lets it through`() throws {
        let desk = try Desk()
        let (ada, bob, eve) = (try desk.user("ada"), try desk.user("bob"), try desk.user("eve"))
        let room = try desk.direct(ada, bob)
        for users in [#"["u_ada","u_bob\u0000"]"#, #"["u_eve\u0000"]"#] {
            #expect(try desk.problem(eve, #"{"op":"room.direct","users":\#(users)}"#) == .invalidField)
        }
        #expect(try desk.store.room(named: room, as: eve.key) == nil)
        for find in [
            { try $0.user(id: "u_ada\0") != nil }, { try $0.user(named: "ada\0") != nil },
            { try $0.room(ofPair: "u_ada,u_bob\0,u_eve") != nil },
            { try $0.setDisplayName("Eve\0", of: eve.key) == () },
        ] as [(any ChatTransaction) throws -> Bool] {
            let problem = #expect(throws: Problem.self) { try desk.store.write { _ = try find($0) } }
            #expect(problem?.code == .invalidField && problem?.detail.contains("U+0000") == true)
        }
    }

    @Test func `who asks for a room that another has made is in it at once`() throws {
        let desk = try Desk()
        let (ada, bob) = (try desk.user("ada"), try desk.user("bob"))
        let room = try desk.direct(ada, bob)
        #expect(try desk.direct(bob, ada) == room)
        try desk.ok(bob, #"{"op":"message.post","room":"\#(room)","text":"first"}"#)
        #expect(try desk.seen(by: bob) == ["member.joined u_bob", "message.created first"])
        #expect(try desk.store.room(named: room, as: ada.key)?.room.memberCount == 2)
    }

    @Test(arguments: [
        #""op":"room.leave""#, #""op":"room.update","name":"x""#, #""op":"room.archive""#,
        #""op":"member.add","user":"u_cyd""#, #""op":"member.remove","user":"u_bob""#,
        #""op":"member.role","user":"u_bob","role":"admin""#, #""op":"member.ban","user":"u_bob""#,
        #""op":"member.unban","user":"u_bob""#,
    ])
    func `nobody governs a direct room, and nobody leaves it`(_ command: String) throws {
        let desk = try Desk()
        let (ada, bob) = (try desk.user("ada", as: .owner), try desk.user("bob"))
        _ = try desk.user("cyd")
        let room = try desk.direct(ada, bob)
        #expect(try desk.problem(ada, #"{"room":"\#(room)",\#(command)}"#) == .forbidden)
    }

    @Test func `a conversation is with one to eight others who are there`() throws {
        let desk = try Desk()
        let ada = try desk.user("ada")
        for number in 1...9 { _ = try desk.user("p\(number)") }
        _ = try desk.user("robot", as: .bot)
        _ = try desk.user("apus", as: .system)
        func problem(_ users: String) throws -> ProblemCode? {
            try desk.problem(ada, #"{"op":"room.direct","users":\#(users)}"#)
        }
        for users in ["[]", "[\"u_ada\"]", "[\"u_ada\",\"u_p1\"]", "\"u_p1\"", "[1]", "null"] {
            #expect(try problem(users) == .invalidField, "\(users)")
        }
        #expect(try problem("[\"u_nobody\"]") == .noSuchUser)
        #expect(try problem("[\"u_apus\"]") == .noSuchUser)
        let nine = (1...9).map { "\"u_p\($0)\"" }.joined(separator: ",")
        #expect(try problem("[\(nine)]") == .invalidField)
        #expect(try desk.store.head() == 0)
        #expect(try problem("[\"u_robot\"]") == nil)
        try desk.store.pool.write { try $0.execute(sql: "UPDATE user SET banned_at = 1 WHERE id = 'u_p1'") }
        #expect(try problem("[\"u_p1\"]") == .banned)
    }
}
