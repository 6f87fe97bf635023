import ApusCore
import ApusSQLite
import ApusWire
import Testing

@testable import ApusChat

struct SettingTests {
    let desk: Desk
    let (ada, bob): (Identity, Identity)

    init() throws {
        desk = try Desk(
            limits: {
                var limits = ChatLimits(); limits.commandsPerSecond = 0; return limits
            }())
        (ada, bob) = (try desk.user("ada"), try desk.user("bob"))
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"one"}"#)
    }

    private func settings() throws -> JSONObject { try desk.store.snapshot(for: ada.key, maximumUsers: 1).settings }

    @Test func `a setting is any JSON, and null removes it`() throws {
        try desk.ok(ada, #"{"op":"settings.update","name":"a.b-c_9","value":{"x":[1,null,"\u0000"]}}"#)
        try desk.ok(ada, #"{"op":"settings.update","name":"b","value":false}"#)
        #expect(try settings() == ["a.b-c_9": ["x": [1, .null, "\0"]], "b": false])
        try desk.ok(ada, #"{"op":"settings.update","name":"b","value":null}"#)
        try desk.ok(ada, #"{"op":"settings.update","name":"b","value":null}"#)
        #expect(try settings() == ["a.b-c_9": ["x": [1, .null, "\0"]]])
    }

    @Test(arguments: [
        #""name":"a""#, #""name":"","value":1"#, #""name":"A","value":1"#, #""name":"é","value":1"#,
        #""name":"a","value":1,"room":"one""#, #""room":"one""#, #""room":"one","notifications":"some""#, "",
        #""name":"\#(String(repeating: "a", count: 65))","value":1"#,
    ])
    func `what is no setting is refused`(fields: String) throws {
        #expect(
            try desk.problem(ada, #"{"op":"settings.update"\#(fields.isEmpty ? "" : ",")\#(fields)}"#) == .invalidField)
    }

    @Test func `a setting has four kibibytes, and one has two hundred`() throws {
        let value = String(repeating: "x", count: 4094)
        try desk.ok(ada, #"{"op":"settings.update","name":"n0","value":"\#(value)"}"#)
        #expect(try desk.problem(ada, #"{"op":"settings.update","name":"n0","value":"\#(value)x"}"#) == .tooLarge)
        for number in 1..<200 { try desk.ok(ada, #"{"op":"settings.update","name":"n\#(number)","value":1}"#) }
        #expect(try desk.problem(ada, #"{"op":"settings.update","name":"more","value":1}"#) == .tooLarge)
        try desk.ok(ada, #"{"op":"settings.update","name":"n7","value":2}"#)
        try desk.ok(ada, #"{"op":"settings.update","name":"more","value":null}"#)
        try desk.ok(bob, #"{"op":"settings.update","name":"more","value":1}"#)
        #expect(try settings().members.count == 200)
    }

    @Test func `only members say what they want to be told of a room`() throws {
        let update = #"{"op":"settings.update","room":"one","notifications":"mentions"}"#
        #expect(try desk.problem(bob, update) == .notAMember)
        try desk.ok(ada, update)
        #expect(try desk.store.snapshot(for: ada.key, maximumUsers: 1).rooms.map(\.notifications) == [.mentions])
    }
}
