import ApusServer
import ApusWire
import NIOHTTP1

/// One run's rooms on the server, and how to ask it.
struct Session: Sendable {
    let target: BenchTarget
    let loops: Loops
    /// Begins the names of rooms and the ids of commands; random, so that no two runs meet.
    let name: String
    let rooms: [String]

    /// Makes the rooms.
    /// - Throws: a sentence for people when the server cannot be reached, is none, or refuses.
    init(_ target: BenchTarget, _ loops: Loops, rooms count: Int) async throws {
        self.target = target
        self.loops = loops
        let random = String((0..<12).compactMap { _ in "abcdefghijklmnopqrstuvwxyz0123456789".randomElement() })
        let name = "bench-\(random)"
        self.name = name
        rooms = count == 1 ? [name] : (0..<count).map { "\(name)-\($0)" }
        let sync = try await target.call(.GET, "/v1/sync", on: loops.all[0])
        guard sync["cursor"]?.string != nil, sync["epoch"]?.string != nil else {
            throw target.notApus("a reply to GET /v1/sync without a cursor")
        }
        for start in stride(from: 0, to: count, by: Command.maximumArray) {
            try await make(Array(rooms[start..<min(start + Command.maximumArray, count)]))
        }
    }

    private func make(_ rooms: [String]) async throws {
        let commands = rooms.map { room -> JSONValue in
            [
                "id": .string("\(room)-make"), "op": "room.create", "kind": "public", "room": .string(room),
                "topic": "Made by apus bench.",
            ]
        }
        let replies = try await target.call(.POST, "/v1/commands", json: .array(commands), on: loops.all[0])
        guard let replies = replies.array, replies.count == rooms.count else {
            throw target.notApus("no list of replies to \(rooms.count) commands")
        }
        for reply in replies where reply["ok"] == nil { throw Refusal(reply["error"]?.object).sentence }
    }

    /// How many messages each of the rooms has, as the server tells it.
    func heads() async throws -> [Int] {
        let sync = try await target.call(.GET, "/v1/sync", on: loops.all[0])
        var heads: [String: Int] = [:]
        for room in sync["rooms"]?.array ?? [] {
            if let name = room["room"]?.string, let head = room["head"]?.integer { heads[name] = Int(head) }
        }
        return rooms.map { heads[$0] ?? 0 }
    }

    /// A room that does not exist: a stream of it is silent.
    var silence: String { "\(name)-none" }
}
