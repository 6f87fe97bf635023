package import ApusWire
import GRDB

/// Reads the log from the server's database file, by plain SQL and on its own: what the tests hold the server against.
package struct LogReader: Sendable {
    private let database: DatabaseQueue

    package init(folder: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        database = try DatabaseQueue(path: folder + "/apus.sqlite", configuration: configuration)
    }

    func user(named name: String) throws -> (key: Int64, id: String) {
        let row = try database.read {
            try Row.fetchOne($0, sql: "SELECT key, id FROM user WHERE name = ?", arguments: [name])
        }
        guard let row else { throw DeliveryFailure("there is no user \(name) in the database") }
        return (row[0], row[1])
    }

    func rooms(named names: [String]) throws -> [Int64] {
        try database.read { database in
            try names.compactMap {
                try Int64.fetchOne(database, sql: "SELECT key FROM room WHERE slug = ?", arguments: [$0])
            }
        }
    }

    package func head() throws -> Int64 {
        try database.read { try Int64.fetchOne($0, sql: "SELECT max(seq) FROM event") ?? 0 }
    }

    /// Every event of the log.
    package func events() throws -> [Event] { try database.read { try Self.events($0) }.map(\.event) }

    /// What a user may see: who is a member is taken from the events themselves, then compared with the stored stays.
    package func events(visibleTo user: String, in rooms: [String]? = nil) throws -> [Event] {
        let (all, stored) = try database.read { (try Self.events($0, for: user), try Self.seqs($0, storedFor: user)) }
        var mine: Set<String> = []
        var present: Set<Int64> = []
        let visible = all.filter { event, witness in
            guard let room = event.room else { return true }
            let isAbout = event.data["user"]?.string == user || event.type == "room.created" && event.by == user
            if isAbout, event.type == "room.created" || event.type == "member.joined" { mine.insert(room) }
            defer { if isAbout, event.type == "member.left" { mine.remove(room) } }
            guard mine.contains(room) else { return false }
            present.insert(event.seq)
            return witness.map(present.contains) ?? true
        }.map(\.event)
        if stored != visible.map(\.seq) {
            throw DeliveryFailure("by their events \(user) may see \(visible.map(\.seq)), by the stays \(stored)")
        }
        guard let rooms else { return visible }
        return visible.filter { $0.room.map(rooms.contains) ?? false }
    }

    /// Those of rooms and for everybody, and a user's own, with the seq at which a reader must have been there too.
    private static func events(
        _ database: Database, for user: String? = nil
    ) throws -> [(event: Event, witness: Int64?)] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT event.seq, event.type, room.slug, user.id, event.at, event.command_id, event.data, event.witness
                FROM event JOIN user ON user.key = event.by LEFT JOIN room ON room.key = event.audience
                WHERE event.audience >= 0 OR event.audience = (SELECT -key FROM user WHERE id = ?) ORDER BY event.seq
                """, arguments: [user]
        ).map { (try event($0), $0[7]) }
    }

    private static func seqs(_ database: Database, storedFor user: String) throws -> [Int64] {
        try Int64.fetchAll(
            database,
            sql: """
                WITH mine AS (SELECT event.seq FROM event, user WHERE user.id = ?1 AND EXISTS (
                    SELECT 1 FROM stay WHERE stay.user = user.key AND stay.room = event.audience
                    AND stay.first_seq <= event.seq AND event.seq <= ifnull(stay.last_seq, event.seq)))
                SELECT event.seq FROM event, user WHERE user.id = ?1 AND (event.audience IN (0, -user.key)
                    OR event.seq IN mine AND (event.witness IS NULL OR event.witness IN mine))
                ORDER BY event.seq
                """, arguments: [user])
    }

    private static func event(_ row: Row) throws -> Event {
        let milliseconds: Int64 = row[4]
        let data: String = row[6]
        var value: JSONObject = [
            "seq": .integer(row[0]), "type": .string(row[1]), "by": .string(row[3]),
            "at": .string(Timestamp(milliseconds: milliseconds).description), "data": try JSONValue(parsing: data.utf8),
        ]
        if let room: String = row[2] { value["room"] = .string(room) }
        if let id: String = row[5] { value["id"] = .string(id) }
        return try Event(.object(value))
    }
}
