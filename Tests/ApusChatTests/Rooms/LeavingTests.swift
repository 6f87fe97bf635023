import ApusCore
import ApusSQLite
import ApusWire
import Testing

@testable import ApusChat

/// What is told of who has left, and of a room that grows and shrinks.
struct LeavingTests {
    private func signals(_ desk: Desk, _ user: Identity) throws -> [String] {
        try desk.hub.loadVisibility(of: user.key)
        return try desk.hub.signals(for: user).values.map {
            let signal = try JSONValue(parsing: $0.json)
            let value = String(decoding: signal["value"]?.encoded ?? [], as: UTF8.self)
            return "\(signal["type"]?.string ?? "") \(signal["user"]?.string ?? "") \(value)"
        }.sorted()
    }

    @Test func `who leaves no longer types, and has no receipt`() throws {
        let desk = try Desk()
        let (ada, bob) = (try desk.user("ada"), try desk.user("bob"))
        try desk.ok(ada, #"{"op":"room.create","kind":"public","room":"one"}"#)
        try desk.ok(bob, #"{"op":"room.join","room":"one"}"#)
        try desk.ok(ada, #"{"op":"message.post","room":"one","text":"hi"}"#)
        try desk.ok(bob, #"{"op":"typing","room":"one","on":true}"#)
        try desk.ok(bob, #"{"op":"read","room":"one","number":1}"#)
        _ = desk.run([.receipts])
        let told = [#"receipt u_bob {"delivered":1,"read":1}"#, "typing u_bob true"]
        #expect(try signals(desk, ada) == told)
        try desk.ok(bob, #"{"op":"room.leave","room":"one"}"#)
        #expect(try signals(desk, ada) == [])
        #expect(try signals(desk, bob) == [])
        try desk.ok(bob, #"{"op":"room.join","room":"one"}"#)
        _ = desk.run([.receipts])
        #expect(try signals(desk, ada) == [told[0]], "coming back, the receipt is told again")
        #expect(
            try desk.send(bob, #"[{"op":"typing","room":"one","on":true},{"op":"room.leave","room":"one"}]"#)
                .allSatisfy { $0.problem == nil })
        #expect(try signals(desk, ada) == [], "typing told with the leaving")
    }

    @Test func `a room that grows tells how far all are, and one that shrinks how far each is`() throws {
        let desk = try Desk()
        let users = try (0..<51).map { try desk.user("user\($0)") }
        try desk.ok(users[0], #"{"op":"room.create","kind":"public","room":"one"}"#)
        try desk.ok(users[0], #"{"op":"message.post","room":"one","text":"hi"}"#)
        for user in users[1..<50] { try desk.ok(user, #"{"op":"room.join","room":"one"}"#) }
        try desk.ok(users[0], #"{"op":"read","room":"one","number":1}"#)
        _ = desk.run([.receipts])
        #expect(try signals(desk, users[0]).count == 50)
        try desk.ok(users[50], #"{"op":"room.join","room":"one"}"#)
        _ = desk.run([.receipts])
        #expect(try signals(desk, users[0]) == [#"receipts  {"delivered_by_all":1,"read_by_all":1}"#])
        try desk.ok(users[3], #"{"op":"room.leave","room":"one"}"#)
        _ = desk.run([.receipts])
        let small = try signals(desk, users[0])
        #expect(small.count == 50 && small.allSatisfy { $0.hasPrefix("receipt ") && !$0.contains("u_user3 ") })
    }
}
