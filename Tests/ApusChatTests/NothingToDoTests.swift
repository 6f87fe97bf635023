import ApusCore
import ApusSQLite
import ApusWire
import Testing

@testable import ApusChat

/// A command that finds everything as it asks for appends nothing, and answers with the present seq.
struct NothingToDoTests {
    let desk: Desk
    let root: Identity

    init() throws {
        let desk = try Desk()
        let root = try desk.user("root")
        _ = try desk.user("ada")
        _ = try desk.store.write { try $0.setRole(.owner, of: root.key) }
        try desk.ok(root, #"{"op":"room.create","kind":"public","room":"one"}"#)
        (self.desk, self.root) = (desk, root)
    }

    @Test(arguments: [
        #"{"op":"user.role","user":"u_ada","role":"admin"}"#, #"{"op":"user.ban","user":"u_ada"}"#,
        #"{"op":"user.update","display_name":"Root"}"#, #"{"op":"settings.update","name":"a","value":{"b":1}}"#,
        #"{"op":"settings.update","room":"one","notifications":"none"}"#,
    ])
    func `what is done again is not done again`(command: String) throws {
        let before = try desk.store.head()
        let first = try desk.ok(root, command)["seq"]
        #expect(first == .integer(before + 1))
        try desk.ok(root, #"{"op":"message.post","room":"one","text":"between"}"#)
        #expect(try desk.ok(root, command)["seq"] == .integer(before + 2))
        #expect(try desk.store.head() == before + 2)
    }

    @Test(arguments: [
        #"{"op":"user.role","user":"u_ada","role":"member"}"#, #"{"op":"user.role","user":"u_root","role":"owner"}"#,
        #"{"op":"user.unban","user":"u_ada"}"#, #"{"op":"user.update","display_name":"root"}"#,
        #"{"op":"settings.update","name":"a","value":null}"#,
        #"{"op":"settings.update","room":"one","notifications":"all"}"#,
    ])
    func `what is so from the beginning is not done`(command: String) throws {
        let before = try desk.store.head()
        #expect(try desk.ok(root, command)["seq"] == .integer(before))
        #expect(try desk.store.head() == before)
    }

    @Test func `what is otherwise is done`() throws {
        let before = try desk.store.head()
        for command in [
            #"{"op":"user.ban","user":"u_ada"}"#, #"{"op":"user.unban","user":"u_ada"}"#,
            #"{"op":"user.ban","user":"u_ada"}"#, #"{"op":"user.update","display_name":"é"}"#,
            // The same to look at, in other characters.
            #"{"op":"user.update","display_name":"e\u0301"}"#, #"{"op":"settings.update","name":"a","value":1}"#,
            #"{"op":"settings.update","name":"a","value":true}"#, #"{"op":"settings.update","name":"a","value":null}"#,
        ] { try desk.ok(root, command) }
        #expect(try desk.store.head() == before + 8)
    }

    @Test func `who may not is told so all the same`() throws {
        let eve = try desk.user("eve")
        for command in [
            #"{"op":"user.role","user":"u_ada","role":"member"}"#, #"{"op":"user.unban","user":"u_ada"}"#,
        ] { #expect(try desk.problem(eve, command) == .forbidden) }
    }
}
