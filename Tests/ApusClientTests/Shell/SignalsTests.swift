import ApusTestKit
import ApusWire
import Testing

@testable import ApusClient

@Suite(.timeLimit(.minutes(3)))
struct SignalsTests {
    @Test func `who types, who is here and who has read what comes to who watches`() async throws {
        try await TestServer.run { server in
            let users = try await server.users(["alice", "bob"])
            try await users[0].create("general")
            try await users[1].join("general")
            let clients = try users.map { user in
                let token = user.address.token ?? ""
                return try ApusClient(url: "http://127.0.0.1:\(server.port)") { token }
            }
            for client in clients { try await client.waits(for: "a connection") { $0.transport != nil } }
            let posted = try await clients[0].post("hello", to: "general")
            clients[1].typing(true, in: "general")
            try await clients[1].read(posted.number, in: "general")
            let (alice, bob) = (clients[0], users[1].id)
            try await within(what: "bob's typing, presence and receipt") {
                for await signals in alice.signals {
                    let receipt = signals.all("receipt", in: "general")[bob]?.value
                    if signals.all("typing", in: "general")[bob]?.value.bool == true,
                        signals.all("presence")[bob]?.value.string == "online",
                        receipt?["read"]?.integer == 1, receipt?["delivered"]?.integer == 1
                    {
                        return
                    }
                }
                throw DeliveryFailure("the client was closed")
            }
            for client in clients { await client.close() }
            for await _ in alice.signals {}  // ends, since the client has
        }
    }

    private static func batch(_ fields: JSONObject) throws -> Batch<Event, Signal> {
        var fields = fields
        fields["from"] = 0
        fields["to"] = 1
        return try Batch<Event, Signal>(.object(fields))
    }

    private static func signal(_ type: String, _ user: String?, _ v: Int64, _ value: JSONValue) -> JSONValue {
        var signal: JSONObject = ["type": .string(type), "room": "general", "value": value, "v": .integer(v)]
        signal["user"] = user.map { .string($0) }
        return .object(signal)
    }

    @Test func `a newer value wins, full means all, and who leaves is gone`() throws {
        var signals = Signals()
        func take(_ signal: JSONValue, full: Bool = false) throws -> Bool {
            signals.apply(try Self.batch(["signals": [signal], "signals_full": .bool(full)]))
        }
        #expect(try take(Self.signal("typing", "u", 2, true)))
        #expect(try !take(Self.signal("typing", "u", 1, false)))
        #expect(signals.all("typing", in: "general")["u"]?.value == .bool(true))
        let left: JSONValue = [
            "seq": 1, "type": "member.left", "room": "general", "by": "u", "at": "", "data": ["user": "u"],
        ]
        #expect(signals.apply(try Self.batch(["events": [left]])))
        #expect(signals.all("typing", in: "general").isEmpty)
        #expect(try take(Self.signal("typing", "u", 3, true)))
        #expect(try take(Self.signal("receipts", nil, 4, [:]), full: true))
        #expect(signals.all("typing", in: "general").isEmpty)
        #expect(signals.all("receipts", in: "general")[""]?.v == 4)
        #expect(try take(Self.signal("receipt", "u", 5, [:])))
        #expect(signals.all("receipts", in: "general").isEmpty)
    }

    @Test func `reactions are told with a room's history, and reading is no message that waits`() async throws {
        try await TestServer.run { server in
            let alice = try await server.user("alice")
            try await alice.create("general")
            let token = alice.address.token ?? ""
            let client = try ApusClient(url: "http://127.0.0.1:\(server.port)") { token }
            try await client.post("hello", to: "general")
            try await client.command("reaction.add", ["room": "general", "number": 1, "emoji": "👍"])
            let message = try await client.history(of: "general").messages.first
            #expect(message?.id != nil)
            #expect(message?.reactions == [Message.Reaction(emoji: "👍", count: 1, users: [alice.id])])
            await client.close()
        }
        var outbox = Outbox()
        for (id, op) in [("1", "read"), ("2", "message.post")] {
            let command = Command(id: id, op: op, fields: ["room": "general"])
            _ = outbox.handle(.add(command), now: 0) { 0 }
        }
        #expect(outbox.waiting == 2)
        #expect(outbox.saidWaiting == 1)
    }
}
