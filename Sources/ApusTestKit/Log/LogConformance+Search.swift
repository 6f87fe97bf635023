import ApusChat
import ApusCore
import ApusWire

extension LogConformance {
    static let searches = [
        Case(description: "search finds what is indexed, newest first, and says how far it has looked") { engine in
            let bench = try Workbench(engine)
            let ada = try bench.user("ada")
            let room = try bench.room("one", by: ada)
            try bench.join(ada, room)
            try require(try bench.search("hello", by: ada)?.seq, equals: 1, "how far an empty room was searched")
            let first = try bench.post("hello one", in: room, by: ada)
            try bench.post("other", in: room, by: ada)
            try require(try bench.store.unindexedMessages(limit: 10), equals: 2, "what is not indexed")
            try require(try bench.store.unindexedMessages(limit: 1), equals: 1, "what is not indexed, of one")
            let unindexed = try bench.search("hello", by: ada)
            try require(unindexed?.results.count, equals: 0, "what is found before it is indexed")
            try require(unindexed?.seq, equals: 0, "how far an empty index was searched")
            let hasMore = try bench.write { try $0.indexMessages(within: .zero, newest: true) }
            try require(hasMore, "one of two messages is all")
            try require(try bench.search("hello", by: ada)?.seq, equals: first, "how far half an index was searched")
            try bench.index()
            try bench.post("HELLO two", in: room, by: ada)
            try bench.index()
            let page = try bench.search("hello", by: ada)
            try require(page?.results.map(\.message.text), equals: ["HELLO two", "hello one"], "what is found")
            try require(page?.results.map(\.highlights), equals: [[0..<5], [0..<5]], "what is highlighted")
            try require(page?.results.map(\.message.number), equals: [3, 1], "their numbers")
            try require(page?.seq, equals: try bench.store.head(), "how far a whole index was searched")
            try require(page?.next, equals: nil, "where it goes on")
        },
        Case(description: "search finds words, beginnings, phrases, single Chinese characters and emoji") { engine in
            let bench = try Workbench(engine)
            let ada = try bench.user("ada")
            let room = try bench.room("one", by: ada)
            try bench.join(ada, room)
            let texts = [
                "The server is up", "今天天气很好", "用Swift寫的服务器", "ﾊﾟｿｺﾝ 🎉", "to be or not to be",
                "a" + String(repeating: "b", count: 100),
            ]
            for text in texts { try bench.post(text, in: room, by: ada) }
            try bench.index()
            for (query, found) in [
                ("serv", [0]), ("se", [0]), ("ser", [0]), ("erver", []), ("天", [1]), ("天气", [1]), ("天气很好", [1]),
                ("气天", []), ("好今", []), ("器", [2]), ("swift", [2]), ("用Sw", [2]), ("SWIFT 服务", [2]), ("パソ", [3]),
                ("🎉", [3]), ("\"not to be\"", [4]), ("\"be to\"", []), ("be to", [4]), ("up server", [0]),
                (texts[5], [5]), ("a" + String(repeating: "b", count: 50), [5]), (texts[5] + "b", []),
                ("a" + String(repeating: "b", count: 30), [5]), ("\"ab\"", []), ("x\" OR terms:server", []),
            ] as [(String, [Int])] {
                try require(
                    try bench.search(query, by: ada)?.results.map(\.message.text), equals: found.map { texts[$0] },
                    "what \(query) finds")
            }
        },
        Case(description: "search goes on from page to page, by any limit and however little time it has") { engine in
            let bench = try Workbench(engine)
            let ada = try bench.user("ada")
            let room = try bench.room("one", by: ada)
            try bench.join(ada, room)
            // Every third holds the words, but not as a phrase.
            let seqs = try (0..<30).map { number in
                (number, try bench.post(number % 3 == 0 ? "two one" : "one two", in: room, by: ada))
            }.filter { $0.0 % 3 != 0 }.map(\.1)
            try bench.index()
            for (limit, time) in [(7, .seconds(60)), (20, .seconds(60)), (19, .seconds(60)), (5, .zero)]
                as [(Int, Duration)]
            {
                var found: [Int64] = []
                var before = Int64.max
                var pages = 0
                while true {
                    guard
                        let page = try bench.search("\"one two\"", by: ada, before: before, limit: limit, within: time)
                    else { throw ConformanceFailure(description: "no page came") }
                    found += page.results.map(\.message.seq)
                    pages += 1
                    guard let next = page.next else { break }
                    try require(next < before, "page \(pages) goes on where it began")
                    before = next
                }
                try require(found, equals: Array(seqs.reversed()), "what pages of \(limit) hold")
                let expected = time == .zero ? 31 : (20 + limit - 1) / limit
                try require(pages, equals: expected, "the pages of \(limit)")
            }
        },
        Case(description: "search shows a user's own rooms only, from the join on where history begins there") {
            engine in
            let bench = try Workbench(engine)
            let (ada, bob) = (try bench.user("ada"), try bench.user("bob"))
            let all = try bench.room("all", by: ada)
            let joined = try bench.room("joined", history: .joined, by: ada)
            let others = try bench.room("others", by: ada)
            for room in [all, joined, others] { try bench.join(ada, room) }
            for room in [all, joined, others] { try bench.post("word before in \(room.slug)", in: room, by: ada) }
            try bench.index()
            func found(_ user: UserKey, in room: Room? = nil, from: String? = nil) throws -> [String]? {
                try bench.search("word", by: user, in: room?.key, from: from)?.results.map(\.message.text)
            }
            try require(try found(bob), equals: [], "what who is in no room finds")
            try bench.join(bob, all)
            try bench.join(bob, joined)
            for room in [all, joined, others] { try bench.post("word after in \(room.slug)", in: room, by: ada) }
            try bench.post("word of bob", in: all, by: bob)
            try bench.index()
            let (before, after) = ("word before in all", "word after in all")
            try require(
                try found(bob), equals: ["word of bob", "word after in joined", after, before], "what bob finds")
            try require(try found(bob, in: all), equals: ["word of bob", after, before], "what he finds in one room")
            try require(try found(bob, in: joined), equals: ["word after in joined"], "what he finds since he joined")
            try require(try found(bob, in: others), equals: nil, "what he finds where he is not")
            try require(try found(bob, from: "u_bob"), equals: ["word of bob"], "what he finds of himself")
            try require(try found(bob, from: "u_nobody"), equals: [], "what he finds of nobody")
            // What is before one's time takes none.
            try require(
                try bench.search("\"word before\"", by: bob, in: joined.key, within: .zero)?.next, equals: nil,
                "where a search of what bob may not see goes on")
            try bench.leave(bob, all)
            try require(try found(bob), equals: ["word after in joined"], "what he finds after leaving")
            try require(try found(bob, in: all), equals: nil, "what he finds in the room that he left")
            try require(try found(ada)?.count, equals: 7, "what ada finds")
        },
    ]
}

extension Workbench {
    func index() throws {
        while try write({ try $0.indexMessages(within: .milliseconds(50), newest: true) }) {}
    }

    func search(
        _ query: String, by user: UserKey, in room: RoomKey? = nil, from: String? = nil, before: Int64 = .max,
        limit: Int = 100, within time: Duration = .seconds(60)
    ) throws -> SearchPage? {
        try store.search(
            SearchRequest(
                try SearchQuery(query), by: user, in: room, from: from, before: before, limit: limit, within: time))
    }
}
