import ApusCore
import ApusSQLite
import ApusWire
import NIOCore
import NIOEmbedded
import Testing

@testable import ApusChat

struct ReceiptTests {
    final class Sink: ReaderSink {
        var signals: [String] = []
        var isWritable: Bool { true }
        func start(_ reader: Reader, _ hello: Hello) {}
        func write(_ batch: OutgoingBatch) {
            signals += batch.batch.signals.compactMap { try? JSONValue(parsing: $0) }
                .filter { $0["type"] != "presence" }
                .map { "\($0["type"]?.string ?? "") \($0["user"]?.string ?? "") \(Self.text($0["value"]))" }
        }
        func flush() {}
        func reset(_ reset: Reset) {}
        func end(_ bye: Bye) {}
        func checkLife(now: NIODeadline) {}

        private static func text(_ value: JSONValue?) -> String {
            String(decoding: value?.encoded ?? [], as: UTF8.self)
        }
    }

    /// A room of so many members with one message, and a reader of the first.
    private func room(of members: Int) throws -> (Desk, [Identity], Sink, Reader) {
        let desk = try Desk()
        let users = try (0..<members).map { try desk.user("user\($0)") }
        try desk.ok(users[0], #"{"op":"room.create","kind":"public","room":"one"}"#)
        for user in users.dropFirst() { try desk.ok(user, #"{"op":"room.join","room":"one"}"#) }
        try desk.ok(users[0], #"{"op":"message.post","room":"one","text":"hi"}"#)
        let sink = Sink()
        let reader = desk.hub.halves[0].open(ReaderRequest(identity: users[0], kind: .webSocket), sink: sink)
        desk.loop.run()
        sink.signals = []
        return (desk, users, sink, reader)
    }

    @Test func `in a small room each member's progress is told, once for all that happened`() throws {
        let (desk, users, sink, _) = try room(of: 50)
        try desk.ok(users[1], #"{"op":"read","room":"one","number":0}"#)
        try desk.ok(users[1], #"{"op":"read","room":"one","number":1}"#)
        #expect(sink.signals == [])
        _ = desk.run([.receipts])
        #expect(sink.signals == [#"receipt u_user1 {"delivered":1,"read":1}"#])
        _ = desk.run([.receipts])
        #expect(sink.signals.count == 1)
    }

    @Test func `in a larger room only how far all are is told`() throws {
        let (desk, users, sink, _) = try room(of: 51)
        for user in users { try desk.ok(user, #"{"op":"read","room":"one","number":1}"#) }
        _ = desk.run([.receipts])
        #expect(sink.signals == [#"receipts  {"delivered_by_all":1,"read_by_all":1}"#])
    }

    @Test func `what a stream acknowledges is delivered`() throws {
        let (desk, _, sink, reader) = try room(of: 2)
        let head = try desk.store.head()
        #expect(desk.hub.halves[0].ack(reader, head))
        _ = desk.run([.receipts])
        #expect(sink.signals == [#"receipt u_user0 {"delivered":1,"read":0}"#])
        #expect(desk.hub.halves[0].ack(reader, head - 1))
        _ = desk.run([.receipts])
        #expect(sink.signals.count == 1)
    }

    @Test func `an ack command speaks for one's own SSE stream, up to what it was sent`() throws {
        let (desk, users, sink, _) = try room(of: 2)
        let head = try desk.store.head()
        let stream = desk.hub.halves[0].open(ReaderRequest(identity: users[1], kind: .sse), sink: Sink())
        let name = desk.hub.connectionName(stream.id)
        func ack(_ seq: Int64) -> String { #"{"op":"ack","connection":"\#(name)","seq":\#(seq)}"# }
        #expect(try desk.problem(users[0], ack(head)) == .noSuchConnection)
        #expect(try desk.problem(users[1], ack(head + 1)) == .invalidField)
        #expect(try desk.problem(users[1], ack(head)) == nil)
        _ = desk.run([.receipts])
        #expect(sink.signals == [#"receipt u_user1 {"delivered":1,"read":0}"#])
    }

    @Test func `a hook makes a room large and its end makes it small again`() throws {
        let (desk, users, sink, _) = try room(of: 50)
        for user in users { try desk.ok(user, #"{"op":"read","room":"one","number":1}"#) }
        _ = desk.run([.receipts])
        sink.signals = []
        let hook = try desk.makeHook("CI", in: "one", by: users[0])
        _ = desk.run([.receipts])
        #expect(sink.signals == [#"receipts  {"delivered_by_all":1,"read_by_all":1}"#])
        sink.signals = []
        try desk.removeHook(hook.id, in: "one", by: users[0])
        _ = desk.run([.receipts])
        let told = Set(sink.signals.filter { $0.hasPrefix("receipt ") })
        #expect(told == Set(users.map { #"receipt \#($0.id) {"delivered":1,"read":1}"# }))
    }

    @Test func `the receipts of all wait for who can read, and not for hooks and who is banned`() throws {
        let (desk, users, sink, _) = try room(of: 51)
        _ = try desk.makeHook("CI", in: "one", by: users[0])
        let bot = try desk.user("bot")
        _ = try desk.store.write {
            try $0.setRole(.bot, of: bot.key)
            try $0.insertToken(hash: [1], of: bot.key, at: Timestamp(milliseconds: 0))
            try $0.setRole(.owner, of: users[0].key)
        }
        try desk.ok(bot, #"{"op":"room.join","room":"one"}"#)
        try desk.ok(users[0], #"{"op":"message.post","room":"one","text":"again"}"#)
        let read = #"{"op":"read","room":"one","number":2}"#
        func stands() -> String? {
            _ = desk.run([.receipts])
            return sink.signals.last { $0.hasPrefix("receipts ") }
        }
        func all(_ number: Int) -> String { #"receipts  {"delivered_by_all":\#(number),"read_by_all":\#(number)}"# }
        func administrate(_ command: AdminCommand) {
            let job = WriteJob {
                let outcome = try command.run(in: $0, at: Timestamp(milliseconds: 0))
                return WriteJob.Effects(events: outcome.events, receipts: outcome.receipts)
            } done: {
                if case .failure(let error) = $0 { Issue.record(error) }
            }
            _ = desk.run([.job(job)])
        }
        for user in users.dropLast() { try desk.ok(user, read) }
        try desk.ok(users[50], #"{"op":"read","room":"one","number":1}"#)
        #expect(stands() == all(1))
        try desk.ok(users[0], #"{"op":"user.ban","user":"u_user50"}"#)
        #expect(stands() == all(1), "the bot has a token")
        try desk.ok(bot, read)
        #expect(stands() == all(2))
        try desk.ok(users[0], #"{"op":"user.unban","user":"u_user50"}"#)
        #expect(stands() == all(1))
        administrate(.ban(user: "user50"))
        #expect(stands() == all(2))
        administrate(.unban(user: "user50"))
        #expect(stands() == all(1))
    }
}
