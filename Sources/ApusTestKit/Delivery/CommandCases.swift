import ApusChat
import ApusServer
import ApusWire

/// Commands happen once, over each way of sending.
let commandCases: [DeliveryCase] = [
    DeliveryCase("a repeated command gets the first reply", needs: [.commands]) { server, transport in
        let users = try await server.threeInTwoRooms()
        let stream = server.stream(transport, as: users[0])
        try await stream.start()
        let command: JSONValue = ["id": "c-1", "op": "message.post", "room": "hall", "text": "once"]
        let first = try await stream.reply(sending: command)
        try require(first.ok?["repeated"] == nil && first.ok?["number"] == 1, "a first reply, but \(first) came")
        for _ in 1...2 {
            var again = try await stream.reply(sending: command).ok
            try require(again?["repeated"] == true, "repeated, but \(again.map(JSONValue.object) ?? .null) came")
            again?["repeated"] = nil
            try require(again == first.ok, "the first reply, but \(again.map(JSONValue.object) ?? .null) came")
        }
        try await server.restart()
        let later = server.stream(transport, as: users[0])
        try await later.start()
        let much = try await later.reply(sending: command)
        try require(much.ok?["repeated"] == true && much.ok?["seq"] == first.ok?["seq"], "repeated, but \(much) came")
        let bobs = try await users[1].run(command)
        try require(bobs["repeated"] == nil && bobs["number"] == 2, "bob's own command, but \(bobs) came")
        let texts = try server.log(visibleTo: users[0]).filter { $0.data["text"] == "once" }
        try require(texts.map(\.by) == [users[0].id, users[1].id], "one message each, but \(texts) are in the log")
    },

    DeliveryCase("an id is not used twice", needs: [.commands]) { server, transport in
        let users = try await server.threeInTwoRooms()
        let stream = server.stream(transport, as: users[0])
        try await stream.start()
        _ = try await stream.reply(sending: ["id": "c-1", "op": "message.post", "room": "hall", "text": "a"])
        let head = try server.head()
        let others: [JSONValue] = [
            ["id": "c-1", "op": "message.post", "room": "hall", "text": "b"],
            ["id": "c-1", "op": "message.post", "room": "yard", "text": "a"],
            ["id": "c-1", "op": "message.post", "room": "hall", "text": ""],
            ["id": "c-1", "op": "room.leave", "room": "hall"],
            ["id": "c-1", "op": "no.such"],
        ]
        for other in others {
            let reply = try await stream.reply(sending: other)
            try require(reply.error?["code"] == "id_reused", "id_reused for \(quoted(other)), but \(reply) came")
        }
        try require(try server.head() == head, "nothing new in the log")
    },

    DeliveryCase("what failed may be tried again", needs: [.commands]) { server, transport in
        let users = try await server.threeInTwoRooms()
        let stream = server.stream(transport, as: users[2])
        try await stream.start()
        let command: JSONValue = ["id": "c-1", "op": "message.post", "room": "yard", "text": "a"]
        let refused = try await stream.reply(sending: command)
        try require(refused.error?["code"] == "not_a_member", "not_a_member, but \(refused) came")
        try await users[2].join("yard")
        let done = try await stream.reply(sending: command)
        try require(done.ok?["number"] == 1 && done.ok?["repeated"] == nil, "a first reply, but \(done) came")
    },

    DeliveryCase(
        "an array stops at a retryable failure only", needs: [.commands],
        adjust: {
            $0.chat.commandsPerSecond = 1
            $0.chat.commandBurst = 6
            let start = $0.wallClock()
            // The bucket is not filled again: time stands still.
            $0.wallClock = { start }
        }
    ) { server, transport in
        let dave = try await server.user("dave")
        let stream = server.stream(transport, as: dave)
        try await stream.start()
        func post(_ id: String, _ text: String) -> JSONValue {
            ["id": .string(id), "op": "message.post", "room": "den", "text": .string(text)]
        }
        let create: JSONValue = ["id": "0", "op": "room.create", "kind": "public", "room": "den"]
        try await stream.command([create, post("1", "one"), post("2", ""), post("3", "three")])
        var codes: [String] = []
        for id in ["0", "1", "2", "3"] {
            codes.append(try await stream.reply(to: id).error?["code"]?.string ?? "ok")
        }
        try require(codes == ["ok", "ok", "invalid_field", "ok"], "the rest is run, but \(codes) came")
        try await stream.command([
            post("4", "four"), post("1", "one"), post("5", "five"), post("6", "six"), post("7", "seven"),
        ])
        codes = []
        for id in ["4", "1", "5", "6", "7"] {
            let reply = try await stream.reply(to: id)
            codes.append(reply.error?["code"]?.string ?? (reply.ok?["repeated"] == true ? "repeated" : "ok"))
        }
        try require(
            codes == ["ok", "repeated", "ok", "rate_limited", "not_tried"], "the rest is not tried, but \(codes) came")
        let texts = try server.log(visibleTo: dave).compactMap { $0.data["text"]?.string }
        try require(texts == ["one", "three", "four", "five"], "what was answered, but \(texts) is in the log")
    },

    DeliveryCase("a reply is on disk", needs: [.commands]) { server, transport in
        let users = try await server.threeInTwoRooms()
        let stream = server.stream(transport, as: users[0])
        try await stream.start()
        for number in 1...10 {
            let reply = try await stream.reply(
                sending: [
                    "id": .string("c-\(number)"), "op": "message.post", "room": "hall", "text": .string("\(number)"),
                ])
            guard let seq = reply.ok?["seq"]?.integer else { throw DeliveryFailure("a seq was expected in \(reply)") }
            try require(try server.head() >= seq, "the event \(seq) in the file")
        }
        try await stream.reply(sending: ["op": "message.post", "room": "nowhere", "text": "x", "id": "x"])
            .expect("no_such_room")
        try await stream.reply(sending: ["op": "no.such", "id": "y"]).expect("unknown_op")
    },
]

/// The answer to one command.
struct Answer {
    let ok: JSONObject?
    let error: JSONObject?

    func expect(_ code: String) throws {
        try require(error?["code"]?.string == code, "\(code), but \(self) came")
    }
}

extension TestStream {
    fileprivate func reply(sending command: JSONValue) async throws -> Answer {
        try await self.command(command)
        let (ok, error) = try await reply(to: command["id"]?.string ?? "")
        return Answer(ok: ok, error: error)
    }
}
