import ApusChat
import ApusCore
import ApusWire

extension LogConformance {
    static let reading = [
        Case(description: "a user reads the events of the rooms and times of their stays, and no others") { engine in
            let bench = try Workbench(engine)
            let (ada, bob) = (try bench.user("ada"), try bench.user("bob"))
            let (one, two) = (try bench.room("one", by: ada), try bench.room("two", by: ada))
            try bench.append(.room(one.key), by: bob)  // 1: before
            try bench.join(ada, one)  // 2
            try bench.append(.room(one.key), by: bob)  // 3
            try bench.append(.room(two.key), by: bob)  // 4: another room
            try bench.leave(ada, one)  // 5
            try bench.append(.room(one.key), by: bob)  // 6: between two stays
            try bench.join(ada, one)  // 7
            try bench.append(.room(one.key), by: bob)  // 8
            try require(try bench.seqs(ada).seqs, equals: [2, 3, 5, 7, 8], "what ada sees")
            try require(try bench.seqs(bob).seqs, equals: [], "what bob, in no room, sees")
            try require(try bench.seqs(ada, after: 3, through: 7).seqs, equals: [5, 7], "ada's events in (3, 7]")
        },
        Case(description: "what is said about an earlier event is read by who was there at both") { engine in
            let bench = try Workbench(engine)
            let (ada, bob) = (try bench.user("ada"), try bench.user("bob"))
            let room = try bench.room("one", by: ada)
            try bench.join(ada, room)  // 1
            try bench.join(bob, room)  // 2
            try bench.leave(bob, room)  // 3
            try bench.append(.room(room.key), by: ada)  // 4
            try bench.join(bob, room)  // 5
            for witness in [1, 2, 4, 5] as [Int64] {  // 6 to 9
                try bench.append(.room(room.key), by: ada, witness: witness)
            }
            try bench.append(.room(room.key), by: ada)  // 10
            try require(try bench.seqs(ada).seqs, equals: Array(1...10), "what ada, who was always there, sees")
            try require(try bench.seqs(bob).seqs, equals: [2, 3, 5, 7, 9, 10], "what bob sees")
            // What is left out takes no place on a page.
            for (after, seqs, through) in [(5, [7, 9], 9), (7, [9, 10], 10)] as [(Int64, [Int64], Int64)] {
                let page = try bench.seqs(bob, after: after, limit: 2)
                try require(page.seqs, equals: seqs, "bob's page of two after \(after)")
                try require(page.through, equals: through, "how far bob's page after \(after) reaches")
            }
        },
        Case(description: "events for one user and for everybody reach whom they are for") { engine in
            let bench = try Workbench(engine)
            let (ada, bob) = (try bench.user("ada"), try bench.user("bob"))
            let room = try bench.room("one", by: ada)
            try bench.join(ada, room)  // 1
            try bench.append(.user(ada), by: bob)  // 2
            try bench.append(.everyone, by: bob)  // 3
            try bench.append(.user(bob), by: bob)  // 4
            try require(try bench.seqs(ada).seqs, equals: [1, 2, 3], "what ada sees")
            try require(try bench.seqs(bob).seqs, equals: [3, 4], "what bob sees")
            try require(try bench.seqs(ada, in: .rooms([room.key])).seqs, equals: [1], "ada's room alone")
            try require(try bench.seqs(ada, in: .rooms([])).seqs, equals: [], "no rooms at all")
        },
        Case(description: "an event is read as it was written") { engine in
            let bench = try Workbench(engine)
            let ada = try bench.user("ada")
            let room = try bench.room("one", by: ada)
            let event = LogEvent(
                seq: 1, audience: .room(room.key), type: "message.created", room: "one", by: "u_ada", at: bench.at,
                id: "c1", data: Array(#"{"text":"grüezi \"du\""}"#.utf8), number: 7)
            try bench.write {
                try $0.append(event, by: ada)
                try $0.beginStay(of: ada, in: room.key, as: .member, at: 1)
            }
            let (visibility, head) = try bench.store.visibility(of: ada)
            let page = try bench.store.events(
                visibleTo: visibility, in: .everything, after: 0, through: head, limit: 10, bytes: 1000)
            try require(page.events.first?.json, equals: event.encoded.json, "the event's JSON")
            try require(page.events.first?.number, equals: 7, "its number")
            try require(page.events.first?.audience, equals: .room(room.key), "its audience")
        },
        Case(description: "a page ends at its limit, and says how far it reaches") { engine in
            let bench = try Workbench(engine)
            let ada = try bench.user("ada")
            let (one, two) = (try bench.room("one", by: ada), try bench.room("two", by: ada))
            try bench.join(ada, one)  // 1
            for _ in 0..<3 {
                try bench.append(.room(one.key), by: ada)  // 2, 4, 6
                try bench.append(.room(two.key), by: ada)
            }
            for (after, limit, seqs, through) in [
                (0, 1, [1], 1), (0, 3, [1, 2, 4], 4), (0, 4, [1, 2, 4, 6], 7), (4, 1, [6], 7), (6, 9, [], 7),
            ] as [(Int64, Int, [Int64], Int64)] {
                let page = try bench.seqs(ada, after: after, limit: limit)
                try require(page.seqs, equals: seqs, "the page after \(after) of \(limit)")
                try require(page.through, equals: through, "how far the page after \(after) of \(limit) reaches")
            }
        },
        Case(description: "a page ends once it is large, but holds at least one event") { engine in
            let bench = try Workbench(engine)
            let ada = try bench.user("ada")
            let text = String(repeating: "x", count: 500)
            for _ in 0..<5 { try bench.append(.everyone, text, by: ada) }
            let size = 500 + 150  // an event with its envelope is larger than 500 bytes and smaller than this
            for (bytes, seqs) in [(1, [1]), (size, [1]), (2 * size, [1, 2]), (5 * size, [1, 2, 3, 4, 5])]
                as [(Int, [Int64])]
            {
                let page = try bench.seqs(ada, bytes: bytes)
                try require(page.seqs, equals: seqs, "the page of \(bytes) bytes")
                try require(page.through, equals: seqs.last, "how far the page of \(bytes) bytes reaches")
            }
        },
        Case(description: "somebody in very many rooms reads the same as in few", run: manyRooms),
    ]

    /// Engines may read the log in another way for who is in many rooms; both must say the same.
    private static func manyRooms(_ engine: any ConformanceEngine) throws {
        let bench = try Workbench(engine)
        let seed = UInt64.random(in: 0...(.max))
        var random = Scrambler(seed: seed)
        let ada = try bench.user("ada")
        let rooms = try (0..<90).map { try bench.room("room\($0)", by: ada) }
        var members: Set<Int> = []
        var expected: [Int64: Int?] = [:]
        try bench.write { transaction in
            for _ in 0..<1500 {
                let index = Int.random(in: 0..<90, using: &random)
                let seq = try bench.append(.room(rooms[index].key), by: ada, in: transaction)
                if Int.random(in: 0..<4, using: &random) == 0 {
                    if members.insert(index).inserted {
                        try transaction.beginStay(of: ada, in: rooms[index].key, as: .member, at: seq)
                    } else {
                        members.remove(index)
                        try transaction.endStay(of: ada, in: rooms[index].key, at: seq)
                    }
                    expected[seq] = index
                } else if members.contains(index) {
                    expected[seq] = index
                }
                if Int.random(in: 0..<20, using: &random) == 0 {
                    expected[try bench.append(.everyone, by: ada, in: transaction)] = .some(nil)
                }
            }
        }
        for few in [false, true] {
            let chosen = Set(0..<(few ? 5 : 90))
            let scope: Scope = few ? .rooms(Set(chosen.map { rooms[$0].key })) : .everything
            let wanted = expected.filter { $0.value.map(chosen.contains) ?? !few }.keys.sorted()
            var found: [Int64] = []
            var after: Int64 = 0
            let head = try bench.store.head()
            while after < head {
                // Fewer bytes than one event has, too.
                let page = try bench.seqs(
                    ada, in: scope, after: after, limit: Int.random(in: 1...50, using: &random),
                    bytes: Int.random(in: 1...600, using: &random))
                try require(page.through > after, "a page after \(after) does not go on")
                try require(page.seqs.allSatisfy { $0 > after && $0 <= page.through }, "a page holds what is outside")
                found += page.seqs
                after = page.through
            }
            try require(found, equals: wanted, "seed \(seed): what somebody in \(few ? 5 : 90) rooms sees")
        }
    }
}
