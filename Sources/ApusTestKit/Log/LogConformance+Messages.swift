import ApusChat
import ApusCore
import ApusWire

extension LogConformance {
    static let messages: [Case] = [
        Case(description: "a message says what its last edit says") { engine in
            let bench = try Workbench(engine)
            let ada = try bench.user("ada")
            let room = try bench.room("one", by: ada)
            try bench.join(ada, room)  // 1
            try bench.post("first", in: room, by: ada)  // 2
            try bench.post("other", in: room, by: ada)  // 3
            try bench.edit(1, to: "second, and longer", mentions: ["u_bob", "all"], in: room, by: ada)  // 4
            let page = try bench.store.history(of: room.key, for: ada, at: .end, limit: 9)
            try require(page?.messages.map(\.text), equals: ["second, and longer", "other"], "the texts")
            try require(page?.messages.map(\.seq), equals: [4, 3], "the seqs of the last changes")
            try require(page?.messages.map(\.mentions), equals: [["u_bob", "all"], []], "the mentions")
            try require(page?.messages.map(\.editedAt), equals: [bench.at, nil], "when they were edited")
            let last = try bench.store.snapshot(for: ada, maximumUsers: 9).rooms[0].lastMessage
            try require(last?.number, equals: 2, "the last message of the snapshot")
        },
        Case(description: "a deleted message leaves its place, and its text in no event", run: deletion),
        Case(description: "even the shortest text leaves room for what takes its place") { engine in
            let bench = try Workbench(engine)
            let ada = try bench.user("ada")
            let room = try bench.room("one", by: ada)
            try bench.join(ada, room)
            try bench.write { transaction in
                for number in 1...3 as ClosedRange<Int64> {
                    let text = String(repeating: "x", count: Int(number))
                    _ = try transaction.takeNumber(in: room.key)
                    let event = LogEvent(
                        seq: transaction.head + 1, audience: .room(room.key), type: "message.created", room: "one",
                        by: "u_ada", at: bench.at, id: nil,
                        data: JSONValue.object(["number": .integer(number), "text": .string(text)]).encoded,
                        number: number)
                    try transaction.append(event, by: ada)
                }
            }
            for number in 1...3 as ClosedRange<Int64> {
                let purged = try bench.delete(number, in: room, by: ada)
                let data = try purged.map { try JSONValue(parsing: $0.json)["data"] }
                try require(data, equals: [["number": .integer(number), "purged": true]], "the data of \(number)")
            }
        },
        Case(description: "reactions come in the order of their first, the reader before the others") { engine in
            let bench = try Workbench(engine)
            let users = try (0..<60).map { try bench.user("user\($0)") }
            let room = try bench.room("one", by: users[0])
            try bench.join(users[0], room)
            for text in ["one", "two", "three"] { try bench.post(text, in: room, by: users[0]) }
            for (number, emoji, user) in [(1, "b", 1), (3, "a", 0), (1, "a", 2), (1, "b", 0)] as [(Int64, String, Int)]
            {
                try bench.react(emoji, to: number, in: room, by: users[user])
            }
            for user in users.dropFirst(3).reversed() { try bench.react("c", to: 1, in: room, by: user) }
            func reactions(_ user: Int) throws -> [[String]] {
                try bench.store.history(of: room.key, for: users[user], at: .end, limit: 9)?.messages.map { message in
                    message.reactions.map { "\($0.emoji) \($0.count) \($0.users.prefix(2).joined(separator: " "))" }
                } ?? []
            }
            try require(
                try reactions(0),
                equals: [["b 2 u_user0 u_user1", "a 1 u_user2", "c 57 u_user59 u_user58"], [], ["a 1 u_user0"]],
                "the reactions")
            try bench.join(users[3], room)
            try require(try reactions(3)[0].last, equals: "c 57 u_user3 u_user59", "who reacted late, for themselves")
            let listed = try bench.store.history(of: room.key, for: users[0], at: .end, limit: 9)?.messages[0].reactions
            try require(listed?[2].users.count, equals: Message.Reaction.listed, "how many are listed")
            try bench.write {
                guard let message = try $0.message(1, in: room) else { throw ConformanceFailure(description: "none") }
                try $0.removeReaction("b", to: message, by: users[1], seq: $0.head)
                try $0.removeReaction("b", to: message, by: users[0], seq: $0.head)
            }
            try require(try reactions(0)[0].count, equals: 2, "the emoji after one is taken back by all")
        },
        Case(description: "mentions that one has not read are counted, those of others only", run: unreadMentions),
        Case(description: "settings are kept by user and name, those of rooms by member") { engine in
            var bench = try Workbench(engine)
            let (ada, bob) = (try bench.user("ada"), try bench.user("bob"))
            let room = try bench.room("one", by: ada)
            for user in [ada, bob] { try bench.join(user, room) }
            try bench.write {
                try $0.setSetting("theme", to: ["dark", .number(1.5)], of: ada)
                try $0.setSetting("size", to: 3, of: ada)
                try $0.setSetting("size", to: 4, of: ada)
                try $0.setSetting("old", to: true, of: ada)
                try $0.setSetting("old", to: nil, of: ada)
                try $0.setNotifications(.mentions, in: room.key, of: ada)
            }
            bench = try Workbench(engine)
            let (hers, his) = (
                try bench.store.snapshot(for: ada, maximumUsers: 9), try bench.store.snapshot(for: bob, maximumUsers: 9)
            )
            try require(hers.settings, equals: ["size": 4, "theme": ["dark", .number(1.5)]], "ada's settings")
            try require(try bench.write { try $0.settingNames(of: ada) }, equals: ["size", "theme"], "their names")
            try require(his.settings, equals: [:], "bob's settings")
            try require(hers.rooms.map(\.notifications), equals: [.mentions], "what ada is told")
            try require(his.rooms.map(\.notifications), equals: [.all], "what bob is told")
        },
    ]

    private static func unreadMentions(_ engine: any ConformanceEngine) throws {
        let bench = try Workbench(engine)
        let (ada, bob) = (try bench.user("ada"), try bench.user("bob"))
        let room = try bench.room("one", by: ada)
        try bench.join(ada, room)
        let toBob = Mention(user: bob, id: "u_bob")
        let toAll = Mention(user: nil, id: "all")
        func post(_ mentions: [Mention]) throws {
            try bench.write {
                try bench.post("hi", in: room, by: ada, in: $0)
                try $0.insertMentions(mentions, number: try $0.room(room.key)?.head ?? 0, in: room.key)
            }
        }
        func unread(_ user: UserKey) throws -> Int64? {
            try bench.store.snapshot(for: user, maximumUsers: 9).rooms.first?.mentions
        }
        try post([toBob])
        try require(try bench.write { try $0.mention(ofMember: "bob", in: room.key) }, equals: nil, "a stranger")
        try bench.join(bob, room)
        try require(try bench.write { try $0.mention(ofMember: "bob", in: room.key) }, equals: toBob, "a member")
        try require(try unread(bob), equals: 0, "bob's from before he joined")
        try post([toBob, toAll])  // 2
        try post([])
        try post([toAll])  // 4
        try require(try unread(bob), equals: 2, "bob's")
        try require(try unread(ada), equals: 0, "ada's own")
        _ = try bench.write { try $0.read(2, in: room.key, by: bob) }
        try require(try unread(bob), equals: 1, "bob's after reading")
        try bench.write {
            guard var message = try $0.message(4, in: room) else { throw ConformanceFailure(description: "none") }
            message.mentions = ["all"]
            try $0.removeMentions(of: message, in: room.key)
        }
        try require(try unread(bob), equals: 0, "bob's after the mention is gone")
    }

    private static func deletion(_ engine: any ConformanceEngine) throws {
        var bench = try Workbench(engine)
        let ada = try bench.user("ada")
        let room = try bench.room("one", by: ada)
        try bench.join(ada, room)  // 1
        try bench.post("kept", in: room, by: ada)  // 2
        try bench.post("secret", in: room, by: ada)  // 3
        try bench.edit(2, to: "secret again", mentions: ["u_bob"], in: room, by: ada)  // 4
        try bench.edit(1, to: "kept too", in: room, by: ada)  // 5
        try bench.edit(2, to: "s", in: room, by: ada)  // 6
        try bench.react("x", to: 2, in: room, by: ada)  // 7
        let purged = try bench.delete(2, in: room, by: ada)  // 8
        try require(purged.map(\.seq), equals: [3, 4, 6], "the events that held the text")
        try require(purged.map(\.number), equals: [2, nil, nil], "their numbers")
        bench = try Workbench(engine)
        let (visibility, head) = try bench.store.visibility(of: ada)
        let events = try bench.store.events(
            visibleTo: visibility, in: .everything, after: 0, through: head, limit: 99, bytes: .max
        ).events
        for event in events {
            try require(!String(decoding: event.json, as: UTF8.self).contains("secret"), "\(event.seq) has the text")
            let data = try JSONValue(parsing: event.json)["data"]
            try require(
                data?["purged"], equals: [3, 4, 6].contains(event.seq) ? true : nil, "whether \(event.seq) is purged")
            if let told = purged.first(where: { $0.seq == event.seq }) {
                try require(told.json, equals: event.json, "what was told of \(event.seq), and what is read")
            }
        }
        try require(events.map(\.seq), equals: Array(1...8), "the events")
        let page = try bench.store.history(of: room.key, for: ada, at: .end, limit: 9)
        try require(page?.messages.map(\.text), equals: ["kept too", ""], "the texts of the history")
        try require(page?.messages.map(\.isDeleted), equals: [false, true], "what is deleted")
        try require(page?.messages[1].seq, equals: 8, "the seq of the deletion")
        try require(page?.messages[1].reactions, equals: [], "the reactions of a deleted message")
        try require(page?.messages[1].mentions, equals: [], "the mentions of a deleted message")
        try require(try bench.store.wipe(), equals: true, "whether nothing is in the way of wiping")
    }
}

extension Workbench {
    func edit(
        _ number: Int64, to text: String, mentions: [String] = [], in room: Room, by user: UserKey
    ) throws {
        try change(number, "message.updated", in: room, by: user) { message, transaction in
            var data: JSONObject = ["number": .integer(number), "text": .string(text), "edited_at": "now"]
            if !mentions.isEmpty { data["mentions"] = .array(mentions.map { .string($0) }) }
            return (data, { try transaction.editMessage(message, to: text, at: at, seq: $0) })
        }
    }

    func react(_ emoji: String, to number: Int64, in room: Room, by user: UserKey) throws {
        try change(number, "reaction.added", in: room, by: user) { message, transaction in
            (["emoji": .string(emoji)], { try transaction.insertReaction(emoji, to: message, by: user, seq: $0) })
        }
    }

    func delete(_ number: Int64, in room: Room, by user: UserKey) throws -> [EncodedEvent] {
        try change(number, "message.deleted", in: room, by: user) { message, transaction in
            ([:], { try transaction.deleteMessage(message, at: at, seq: $0) })
        }
    }

    @discardableResult
    private func change<T>(
        _ number: Int64, _ type: String, in room: Room, by user: UserKey,
        _ body: (Message, any ChatTransaction) -> (JSONObject, (Int64) throws -> T)
    ) throws -> T {
        try write { transaction in
            guard let message = try transaction.message(number, in: room) else {
                throw ConformanceFailure(description: "there is no message \(number)")
            }
            let (data, apply) = body(message, transaction)
            let event = LogEvent(
                seq: transaction.head + 1, audience: .room(room.key), type: type, room: room.slug, by: "", at: at,
                id: nil, data: JSONValue.object(data).encoded, about: message.created)
            try transaction.append(event, by: user)
            return try apply(event.seq)
        }
    }
}
