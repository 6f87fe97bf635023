import ApusChat
import ApusCore
import ApusWire
import GRDB
import NIOConcurrencyHelpers
import Testing

@testable import ApusSQLite

struct PrivateRoomTests {
    @Test func `a private room gets its id from the server, and its history begins with one's joining`() throws {
        let desk = try Desk()
        let (ada, bob) = (try desk.user("ada"), try desk.user("bob"))
        let ok = try desk.ok(ada, #"{"id":"1","op":"room.create","kind":"private","name":"Den","topic":"us"}"#)
        let slug = try #require(ok["room"]?.string)
        #expect(slug.hasPrefix("r_") && slug.utf8.count == 28)
        #expect(
            try desk.ok(ada, #"{"id":"1","op":"room.create","kind":"private","name":"Den","topic":"us"}"#)["room"]?
                .string == slug)
        let view = try #require(try desk.store.room(named: slug, as: ada.key))
        #expect(view.room.kind == .private && view.room.history == .joined && view.room.topic == "us")
        #expect(view.entry?.role == .admin)
        #expect(try desk.store.room(named: slug, as: bob.key) == nil)
    }

    /// Every way to ask of a room, of one that is not there and of one that is hidden.
    @Test(arguments: [
        #""op":"message.post","text":"x""#, #""op":"room.join""#, #""op":"room.leave""#, #""op":"read","number":0"#,
        #""op":"typing","on":true"#, #""op":"room.update","name":"x""#, #""op":"room.archive""#,
        #""op":"member.add","user":"u_bob""#, #""op":"member.remove","user":"u_ada""#,
        #""op":"member.role","user":"u_ada","role":"member""#, #""op":"member.ban","user":"u_ada""#,
        #""op":"member.unban","user":"u_ada""#,
    ])
    func `a hidden room is answered as one that is not there, by the same steps`(_ command: String) throws {
        let desk = try Desk()
        let (ada, bob, cyd) = (try desk.user("ada"), try desk.user("bob"), try desk.user("cyd"))
        let hidden = [try desk.privateRoom(by: ada), try desk.direct(ada, cyd), try desk.direct(ada, bob)]
        let statements = NIOLockedValueBox<[String]>([])
        desk.store.pool.writeWithoutTransaction { database in
            database.trace { event in
                if case .statement(let statement) = event { statements.withLockedValue { $0.append(statement.sql) } }
            }
        }
        func ask(_ room: String) throws -> (problem: Problem, steps: [String]) {
            statements.withLockedValue { $0 = [] }
            guard case .failure(let problem) = try desk.send(bob, #"{"room":"\#(room)",\#(command)}"#)[0].result else {
                throw Problem(.internalError, "\(command) was taken")
            }
            return (problem, statements.withLockedValue(\.self))
        }
        let missing = "r_00000000000000000000000000"
        _ = try ask(missing)  // the first command of somebody also reads who they are
        let (problem, steps) = try ask(missing)
        #expect(problem.code == .noSuchRoom)
        #expect(!steps.isEmpty)
        for room in hidden + hidden {
            let (same, sameSteps) = try ask(room)
            #expect(same.code == .noSuchRoom)
            #expect(same.detail == problem.detail.replacing(missing, with: room))
            #expect(sameSteps == steps)
        }
    }

    @Test func `whoever governs a private room adds and removes, and the removed see nothing later`() throws {
        let desk = try Desk()
        let (ada, bob, cyd) = (try desk.user("ada"), try desk.user("bob"), try desk.user("cyd"))
        let room = try desk.privateRoom(by: ada)
        try desk.ok(ada, #"{"op":"message.post","room":"\#(room)","text":"before"}"#)
        let added = try desk.ok(ada, #"{"op":"member.add","room":"\#(room)","user":"u_bob"}"#)
        #expect(try desk.ok(ada, #"{"op":"member.add","room":"\#(room)","user":"u_bob"}"#) == added)
        #expect(try desk.problem(bob, #"{"op":"member.add","room":"\#(room)","user":"u_cyd"}"#) == .forbidden)
        #expect(try desk.problem(bob, #"{"op":"member.remove","room":"\#(room)","user":"u_ada"}"#) == .forbidden)
        #expect(try desk.problem(ada, #"{"op":"member.add","room":"\#(room)","user":"u_nobody"}"#) == .noSuchUser)
        #expect(try desk.problem(ada, #"{"op":"member.remove","room":"\#(room)","user":"u_cyd"}"#) == .noSuchUser)
        #expect(try desk.problem(ada, #"{"op":"member.remove","room":"\#(room)","user":"u_ada"}"#) == .invalidField)
        try desk.ok(bob, #"{"op":"message.post","room":"\#(room)","text":"hello"}"#)
        try desk.ok(ada, #"{"op":"member.remove","room":"\#(room)","user":"u_bob"}"#)
        #expect(try desk.problem(bob, #"{"op":"message.post","room":"\#(room)","text":"x"}"#) == .noSuchRoom)
        try desk.ok(ada, #"{"op":"message.post","room":"\#(room)","text":"after"}"#)
        #expect(
            try desk.seen(by: bob) == ["member.joined u_bob", "message.created hello", "member.left u_bob"])
        #expect(try desk.seen(by: cyd) == [])
    }

    @Test func `an admin of the server governs public rooms, and private ones only as a member`() throws {
        let desk = try Desk()
        let (ada, bob, root) = (try desk.user("ada"), try desk.user("bob"), try desk.user("root", as: .admin))
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"hall"}"#)
        try desk.ok(bob, #"{"op":"room.join","room":"hall"}"#)
        let room = try desk.privateRoom(by: ada, adding: bob)
        #expect(try desk.problem(root, #"{"op":"room.update","room":"hall","topic":"t"}"#) == nil)
        #expect(try desk.problem(bob, #"{"op":"room.update","room":"hall","topic":"u"}"#) == .forbidden)
        #expect(try desk.problem(root, #"{"op":"room.update","room":"\#(room)","topic":"t"}"#) == .noSuchRoom)
        try desk.ok(ada, #"{"op":"member.add","room":"\#(room)","user":"u_root"}"#)
        #expect(try desk.problem(root, #"{"op":"room.update","room":"\#(room)","topic":"t"}"#) == nil)
        #expect(try desk.problem(root, #"{"op":"member.remove","room":"\#(room)","user":"u_ada"}"#) == nil)
    }

    @Test func `in a public room any member adds, and nobody else but its admins`() throws {
        let desk = try Desk()
        let (ada, bob, cyd) = (try desk.user("ada"), try desk.user("bob"), try desk.user("cyd"))
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"hall"}"#)
        #expect(try desk.problem(bob, #"{"op":"member.add","room":"hall","user":"u_cyd"}"#) == .notAMember)
        try desk.ok(bob, #"{"op":"room.join","room":"hall"}"#)
        try desk.ok(bob, #"{"op":"member.add","room":"hall","user":"u_cyd"}"#)
        #expect(try desk.seen(by: cyd) == ["member.joined u_cyd"])
        _ = try desk.user("apus", as: .system)
        #expect(try desk.problem(bob, #"{"op":"member.add","room":"hall","user":"u_apus"}"#) == .noSuchUser)
    }
}
