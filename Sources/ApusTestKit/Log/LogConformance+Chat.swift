import ApusChat
import ApusCore
import ApusWire

extension LogConformance {
    static let progress = [
        Case(description: "read and delivered go forward only, and read means delivered") { engine in
            let bench = try Workbench(engine)
            let (ada, bob) = (try bench.user("ada"), try bench.user("bob"))
            let (one, two) = (try bench.room("one", by: ada), try bench.room("two", by: ada))
            for room in [one, two] {
                try bench.join(ada, room)
                try bench.join(bob, room)
            }
            let seqs = try (1...4).map { try bench.post("\($0)", in: one, by: ada) }
            try bench.post("elsewhere", in: two, by: ada)
            func delivered(_ seq: Int64, _ scope: Scope = .everything) throws -> [RoomKey] {
                try bench.write { try $0.delivered(upTo: seq, to: bob, in: scope) }
            }
            func stands() throws -> Progress? { try bench.write { try $0.progress(of: bob, in: one.key)?.progress } }
            try require(try delivered(seqs[0] - 1), equals: [], "rooms with news before the first message")
            try require(try delivered(seqs[1]), equals: [one.key], "rooms with news up to the second message")
            try require(try stands(), equals: Progress(delivered: 2, read: 0), "bob's progress")
            try require(try delivered(seqs[0]), equals: [], "rooms with news going back")
            try require(try delivered(seqs[1]), equals: [], "rooms with news the second time")
            try require(try delivered(seqs[3] + 1, .rooms([two.key])), equals: [two.key], "rooms of the scope")
            try require(try stands(), equals: Progress(delivered: 2, read: 0), "bob's progress in the other room")
            let reads = try bench.write { transaction in
                try [3, 1].map { try transaction.read($0, in: one.key, by: bob) }
            }
            try require(reads, equals: [3, 3], "where reading stands")
            try require(try stands(), equals: Progress(delivered: 3, read: 3), "bob's progress after reading")
            try require(
                try bench.write { try $0.leastProgress(in: one.key) }, equals: Progress(delivered: 0, read: 0),
                "the least progress while ada has none")
            try bench.leave(ada, one)
            try require(
                try bench.write { try $0.leastProgress(in: one.key) }, equals: Progress(delivered: 3, read: 3),
                "the least progress of those who are left")
            try require(try bench.write { try $0.progress(of: ada, in: one.key) == nil }, "who left has progress")
        }
    ]

    static let histories = [
        Case(description: "history is read from any place, and says whether there is more") { engine in
            let bench = try Workbench(engine)
            let ada = try bench.user("ada")
            let room = try bench.room("one", by: ada)
            try bench.join(ada, room)
            for number in 1...10 { try bench.post("\(number)", in: room, by: ada) }
            for (anchor, limit, numbers, before, after) in [
                (.end, 3, [8, 9, 10], true, false), (.end, 10, Array(1...10), false, false),
                (.before(4), 2, [2, 3], true, true), (.before(4), 5, [1, 2, 3], false, true),
                (.before(1), 5, [], false, true), (.before(99), 2, [9, 10], true, false),
                (.after(7), 2, [8, 9], true, true), (.after(7), 3, [8, 9, 10], true, false),
                (.after(0), 2, [1, 2], false, true), (.after(10), 5, [], true, false),
                (.around(5), 4, [3, 4, 5, 6], true, true), (.around(1), 4, [1, 2], false, true),
                (.around(10), 4, [8, 9, 10], true, false), (.around(5), 1, [5], true, true),
            ] as [(HistoryAnchor, Int, [Int64], Bool, Bool)] {
                let page = try bench.store.history(of: room.key, for: ada, at: anchor, limit: limit)
                try require(page?.messages.map(\.number), equals: numbers, "\(limit) messages at \(anchor)")
                try require(page?.hasMoreBefore, equals: before, "more before \(limit) messages at \(anchor)")
                try require(page?.hasMoreAfter, equals: after, "more after \(limit) messages at \(anchor)")
                try require(page?.seq, equals: 11, "the seq of the page")
            }
        },
        Case(description: "history from the join on begins with the join, and is closed to who is not a member") {
            engine in
            let bench = try Workbench(engine)
            let (ada, bob) = (try bench.user("ada"), try bench.user("bob"))
            let (all, joined) = (try bench.room("all", by: ada), try bench.room("joined", history: .joined, by: ada))
            for room in [all, joined] {
                try bench.join(ada, room)
                for number in 1...3 { try bench.post("\(number)", in: room, by: ada) }
                try require(
                    try bench.store.history(of: room.key, for: bob, at: .end, limit: 9) == nil, "a stranger reads")
                try bench.join(bob, room)
                try bench.post("4", in: room, by: ada)
            }
            for (room, numbers) in [(all, [1, 2, 3, 4]), (joined, [4])] as [(Room, [Int64])] {
                for anchor in [.end, .before(5), .after(0)] as [HistoryAnchor] {
                    let page = try bench.store.history(of: room.key, for: bob, at: anchor, limit: 9)
                    try require(page?.messages.map(\.number), equals: numbers, "\(room.slug) at \(anchor)")
                    try require(page?.hasMoreBefore, equals: false, "more before in \(room.slug) at \(anchor)")
                }
            }
            try bench.leave(bob, all)
            try require(try bench.store.history(of: all.key, for: bob, at: .end, limit: 9) == nil, "who left reads")
        },
        Case(description: "a snapshot shows one's rooms and the people in them, true at one seq") { engine in
            let bench = try Workbench(engine)
            let names = ["ada", "bob", "cyd", "dan"]
            let users = try names.map { try bench.user($0) }
            let (one, two, three) = (
                try bench.room("one", history: .joined, by: users[0]), try bench.room("two", by: users[0]),
                try bench.room("three", by: users[0])
            )
            try bench.join(users[1], one)
            try bench.post("before", in: one, by: users[1])
            try bench.join(users[0], one)
            try bench.join(users[0], two)
            try bench.join(users[2], two)
            try bench.post("last", in: two, by: users[2])
            try bench.join(users[3], three)
            _ = try bench.write { try $0.read(1, in: two.key, by: users[0]) }
            let snapshot = try bench.store.snapshot(for: users[0], maximumUsers: 10)
            try require(snapshot.seq, equals: try bench.store.head(), "the seq")
            try require(snapshot.rooms.map(\.room.slug), equals: ["one", "two"], "the rooms")
            try require(snapshot.rooms.map(\.read), equals: [1, 1], "how far each is read")
            try require(snapshot.rooms.map { $0.lastMessage?.text }, equals: [nil, "last"], "the last messages")
            try require(snapshot.users.map(\.user.name), equals: ["ada", "bob", "cyd"], "the people")
            let small = try bench.store.snapshot(for: users[0], maximumUsers: 2)
            try require(small.users.count, equals: 2, "the people when only two are wanted")
            try require(
                try bench.store.publicRooms(for: users[0], after: "", limit: 9, archived: false).items.map {
                    "\($0.room.slug) \($0.isMember)"
                },
                equals: ["one true", "three false", "two true"], "the public rooms")
        },
    ]
}
