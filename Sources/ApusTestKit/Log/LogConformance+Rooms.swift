import ApusChat
import ApusCore
import ApusWire

extension LogConformance {
    static let rooms = [
        Case(description: "what is changed about a room is read by the writer and by the others") { engine in
            let bench = try Workbench(engine)
            let ada = try bench.user("ada")
            var room = try bench.room("one", by: ada)
            try bench.join(ada, room)
            try bench.post("known", in: room, by: ada)
            _ = try bench.write { try $0.room(named: "one", as: ada) }
            room.name = "One"
            room.history = .joined
            try bench.write {
                try $0.updateRoom(room)
                try $0.archiveRoom(room.key, at: bench.at)
            }
            let written = try bench.write { try $0.room(named: "one", as: ada)?.room }
            for found in [written, try bench.store.room(named: "one")] {
                try require(found?.name, equals: "One", "the name")
                try require(found?.history, equals: .joined, "the history")
                try require(found?.head, equals: 1, "the head")
                try require(found?.isArchived, equals: true, "whether it is archived")
            }
            try bench.write { try $0.archiveRoom(room.key, at: nil) }
            try require(try bench.store.room(named: "one")?.isArchived, equals: false, "whether it is archived still")
        },
        Case(description: "a hidden room is not there, a public one is, and members see theirs") { engine in
            let bench = try Workbench(engine)
            let (ada, bob) = (try bench.user("ada"), try bench.user("bob"))
            let kinds: [RoomKind] = [.public, .private, .direct]
            for kind in kinds {
                let room = try bench.write {
                    try $0.insertRoom(NewRoom(slug: kind.rawValue, kind: kind, name: ""), by: ada)
                }
                let since = try bench.join(ada, room)
                for _ in 1...2 {
                    let (mine, other, none) = try bench.write {
                        (
                            try $0.room(named: room.slug, as: ada), try $0.room(named: room.slug, as: bob),
                            try $0.room(named: "none", as: bob)
                        )
                    }
                    try require(mine?.since, equals: since, "ada's stay in the \(kind) room")
                    try require(other != nil && other?.since == nil, "the writer finds no \(kind) room for bob")
                    try require(none == nil, "there is a room that nobody made")
                }
                let (mine, other) = (
                    try bench.store.room(named: room.slug, as: ada), try bench.store.room(named: room.slug, as: bob)
                )
                try require(mine?.entry?.since, equals: since, "ada's entry of the \(kind) room")
                try require(other != nil, equals: kind == .public, "whether bob sees the \(kind) room")
                try require(other?.entry == nil, "bob has an entry of the \(kind) room")
            }
            try require(
                try bench.store.publicRooms(for: bob, after: "", limit: 9, archived: true).items.map(\.room.slug),
                equals: ["public"], "the public rooms")
        },
        Case(description: "lists are read in pages that say whether there is more") { engine in
            let bench = try Workbench(engine)
            let ada = try bench.user("ada")
            let users = try ["dan", "bob", "cyd"].map { try bench.user($0) } + [ada]
            let stranger = try bench.user("eve")
            let rooms = try ["two", "one", "six"].map { try bench.room($0, by: ada) }
            for user in users { try bench.join(user, rooms[0]) }
            let gone = try bench.user("gone")
            try bench.join(gone, rooms[0])
            try bench.leave(gone, rooms[0])
            func list(_ read: (String) throws -> (items: [String], hasMore: Bool)) throws -> [String] {
                var (all, after) = ([String](), "")
                while true {
                    let page = try read(after)
                    all.append(page.items.joined(separator: " "))
                    after = page.items.last ?? after
                    if !page.hasMore { return all }
                }
            }
            try require(
                try list {
                    let page = try bench.store.members(of: rooms[0].key, after: $0, limit: 2)
                    return (page.items.map(\.user.id), page.hasMore)
                }, equals: ["u_ada u_bob", "u_cyd u_dan"], "the members")
            try require(
                try list {
                    let page = try bench.store.acquaintances(of: ada, after: $0, limit: 3)
                    return (page.items.map(\.user.id), page.hasMore)
                }, equals: ["u_ada u_bob u_cyd", "u_dan"], "the people")
            try require(
                try bench.store.acquaintances(of: stranger, after: "", limit: 3).items.map(\.user.id),
                equals: ["u_eve"],
                "the people of who is in no room")
            try require(
                try list {
                    let page = try bench.store.publicRooms(for: ada, after: $0, limit: 2, archived: false)
                    return (page.items.map(\.room.slug), page.hasMore)
                }, equals: ["one six", "two"], "the public rooms")
        },
        Case(description: "a ban is kept beside coming and going") { engine in
            let bench = try Workbench(engine)
            let (ada, bob) = (try bench.user("ada"), try bench.user("bob"))
            let room = try bench.room("one", by: ada)
            func isBanned(_ user: UserKey) throws -> Bool { try bench.write { try $0.isBanned(user, from: room.key) } }
            try bench.join(ada, room)
            for user in [ada, bob] {
                try bench.write { try $0.ban(user, from: room.key, at: bench.at) }
                try require(try isBanned(user), "the ban is not kept")
            }
            try bench.leave(ada, room)
            try require(try isBanned(ada), "the ban ended with the stay")
            try require(try bench.write { try $0.stay(of: bob, in: room.key) } == nil, "a ban made bob a member")
            try require(
                try bench.store.members(of: room.key, after: "", limit: 9).items.count, equals: 0, "the members")
            func banned(after id: String, limit: Int = 9) throws -> [String] {
                try bench.store.banned(from: room.key, after: id, limit: limit).items.map(\.name)
            }
            try require(try banned(after: ""), equals: ["ada", "bob"], "who is banned")
            try require(try banned(after: "u_ada"), equals: ["bob"], "the second page")
            try require(try banned(after: "", limit: 1), equals: ["ada"], "a page of one")
            try bench.write { try $0.ban(ada, from: room.key, at: nil) }
            try require(try banned(after: ""), equals: ["bob"], "who is banned still")
            try require(try !isBanned(ada), "the ban is not lifted")
        },
    ]
}
