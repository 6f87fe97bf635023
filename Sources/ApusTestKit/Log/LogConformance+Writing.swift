import ApusChat
import ApusCore
import ApusWire

extension LogConformance {
    static let visibilities = [
        Case(description: "a visibility lists all stays, and the head") { engine in
            let bench = try Workbench(engine)
            let ada = try bench.user("ada")
            let room = try bench.room("one", by: ada)
            try bench.join(ada, room)  // 1
            try bench.leave(ada, room)  // 2
            try bench.join(ada, room)  // 3
            let (visibility, head) = try bench.store.visibility(of: ada)
            try require(visibility.stays[room.key]?.map(\.from) ?? [], equals: [1, 3], "where the stays begin")
            try require(visibility.stays[room.key]?.map(\.through) ?? [], equals: [2, nil], "where the stays end")
            try require(head, equals: 3, "the head")
        }
    ]

    static let epochs = [
        Case(description: "every opening begins a new epoch, the list is kept, and the head never goes back") {
            engine in
            var bench = try Workbench(engine)
            let ada = try bench.user("ada")
            try require(try bench.store.head(), equals: 0, "the head of an empty log")
            try require(try bench.store.epochs().map(\.firstSeq), equals: [1], "the first epoch")
            try bench.append(.everyone, by: ada)
            try bench.append(.everyone, by: ada)
            let first = try bench.store.epochs()
            bench = try Workbench(engine)
            bench = try Workbench(engine)
            let epochs = try bench.store.epochs()
            try require(epochs.first, equals: first.first, "the first epoch after opening again")
            try require(epochs.map(\.firstSeq), equals: [1, 3, 3], "where the epochs begin")
            try require(Set(epochs.map(\.name)).count, equals: 3, "how many names the epochs have")
            try require(
                epochs.allSatisfy { Cursor(Cursor(epoch: $0.name, seq: 1).description) != nil },
                "an epoch's name does not fit into a cursor")
            try require(try bench.store.head(), equals: 2, "the head after opening again")
            try require(try bench.append(.everyone, by: ada), equals: 3, "the next seq after opening again")
        }
    ]

    static let writing = [
        Case(description: "a command is remembered by user and id") { engine in
            var bench = try Workbench(engine)
            let (ada, bob) = (try bench.user("ada"), try bench.user("bob"))
            let command = RememberedCommand(hash: [1, 2, 0, 255], reply: Array(#"{"seq":1}"#.utf8))
            try bench.write { try $0.remember(command, id: "a", of: ada) }
            bench = try Workbench(engine)
            let (found, byBob, other) = try bench.write {
                (try $0.remembered("a", of: ada), try $0.remembered("a", of: bob), try $0.remembered("b", of: ada))
            }
            try require(found?.hash, equals: command.hash, "the hash")
            try require(found?.reply, equals: command.reply, "the reply")
            try require(byBob == nil && other == nil, "a command is remembered that was never sent")
        },
        Case(description: "what a savepoint throws leaves no trace, in the log and in the numbers of a room") {
            engine in
            struct Refused: Error {}
            let bench = try Workbench(engine)
            let ada = try bench.user("ada")
            let room = try bench.room("one", by: ada)
            try bench.join(ada, room)
            try bench.write { transaction in
                for attempt in 0..<6 {
                    do {
                        try transaction.savepoint {
                            try bench.post("\(attempt)", in: room, by: ada, in: transaction)
                            if attempt.isMultiple(of: 2) { throw Refused() }
                        }
                    } catch is Refused {}
                }
            }
            let page = try bench.store.history(of: room.key, for: ada, at: .end, limit: 10)
            try require(page?.messages.map(\.number), equals: [1, 2, 3], "the numbers")
            try require(page?.messages.map(\.text), equals: ["1", "3", "5"], "the texts")
            try require(try bench.seqs(ada).seqs, equals: [1, 2, 3, 4], "the seqs")
            try require(try bench.store.room(named: "one")?.head, equals: 3, "the room's head")
        },
        Case(description: "a transaction that throws has not happened") { engine in
            struct Refused: Error {}
            let bench = try Workbench(engine)
            let ada = try bench.user("ada")
            let room = try bench.room("one", by: ada)
            do {
                try bench.write { transaction in
                    try bench.post("lost", in: room, by: ada, in: transaction)
                    try transaction.remember(RememberedCommand(hash: [1], reply: Array("{}".utf8)), id: "a", of: ada)
                    throw Refused()
                }
                throw ConformanceFailure(description: "the error did not come out of write")
            } catch is Refused {}
            try require(try bench.store.head(), equals: 0, "the head")
            try require(try bench.store.room(named: "one")?.head, equals: 0, "the room's head")
            try require(try bench.write { try $0.remembered("a", of: ada) } == nil, "the command is remembered")
        },
        Case(description: "who leaves is no member, and may come back") { engine in
            let bench = try Workbench(engine)
            let ada = try bench.user("ada")
            let room = try bench.room("one", by: ada)
            func stay() throws -> Int64? { try bench.write { try $0.stay(of: ada, in: room.key) } }
            try require(try stay(), equals: nil, "the stay of who never joined")
            try bench.join(ada, room)
            try require(try stay(), equals: 1, "the stay of a member")
            try require(try bench.store.room(named: "one")?.memberCount, equals: 1, "the members")
            try bench.leave(ada, room)
            try require(try stay(), equals: nil, "the stay of who left")
            try require(try bench.store.room(named: "one")?.memberCount, equals: 0, "the members after leaving")
            try bench.join(ada, room)
            try require(try stay(), equals: 3, "the stay of who came back")
        },
    ]
}
