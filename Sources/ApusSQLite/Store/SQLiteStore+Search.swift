package import ApusChat
import ApusCore
import GRDB

extension SQLiteStore {
    package func unindexedMessages(limit: Int) throws -> Int {
        try pool.read { database in
            try Int.fetchOne(
                database.cachedStatement(
                    sql: """
                        SELECT count(*) FROM (
                            SELECT 1 FROM message
                            WHERE seq > (SELECT indexed FROM search_progress) AND deleted_at IS NULL
                            UNION ALL
                            SELECT 1 FROM event WHERE seq > (SELECT through FROM projection) AND number IS NOT NULL
                            LIMIT ?)
                        """), arguments: [limit]) ?? 0
        }
    }

    package func search(_ request: SearchRequest) throws -> SearchPage? {
        try pool.read { database in
            let readable = try Self.readableRooms(database, of: request.user, only: request.room)
            if readable.isEmpty, request.room != nil { return nil }
            let seq = try Self.searchedSeq(database)
            let none = SearchPage(seq: seq, results: [], next: nil)
            if readable.isEmpty { return none }
            var author: Int64?
            if let by = request.by {
                author = try Int64.fetchOne(database, sql: "SELECT key FROM user WHERE id = ?", arguments: [by])
                if author == nil { return none }
            }
            let match = SearchTerms.match(request.query, in: readable.keys.sorted { $0.raw < $1.raw }, by: author)
            let (hits, next) = try Self.hits(database, match, request, readable)
            let results = try hits.flatMap { hit in
                let found = try Self.message(database, hit.room, seq: hit.seq)
                return try Self.withReactions(database, found, for: request.user)
                    .map { SearchPage.Result(message: $0, highlights: hit.highlights) }
            }
            return SearchPage(seq: seq, results: results, next: next)
        }
    }

    private struct Readable {
        let room: Room
        let floor: Int64
    }

    private struct Hit {
        let seq: Int64
        let room: Room
        let highlights: [Range<Int>]
    }

    private static func readableRooms(
        _ database: Database, of user: UserKey, only room: RoomKey?
    ) throws -> [RoomKey: Readable] {
        let rows = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    \(Room.listColumns), member.since
                    FROM \(Room.roomsWithTail) JOIN member ON member.room = room.key
                    WHERE member.user = ?1 AND member.since IS NOT NULL AND (?2 IS NULL OR room.key = ?2)
                    """), arguments: [user.raw, room?.raw])
        return Dictionary(
            uniqueKeysWithValues: rows.map { row in
                let room = Room(row)
                return (room.key, Readable(room: room, floor: floor(room, since: row["since"])))
            })
    }

    /// The log's head, or how far the index has come if it is behind.
    private static func searchedSeq(_ database: Database) throws -> Int64 {
        let row = try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT indexed, EXISTS (SELECT 1 FROM message WHERE seq > indexed AND deleted_at IS NULL)
                        OR EXISTS (SELECT 1 FROM event WHERE seq > through AND number IS NOT NULL)
                    FROM search_progress, projection
                    """))
        guard let row else { return 0 }
        let isBehind: Bool = row[1]
        return isBehind ? row[0] : try head(database)
    }

    /// Newest first. FTS5 walks its lists backwards as far as it is asked to, so a common word costs no more than the
    /// page that is full of it.
    private static func hits(
        _ database: Database, _ match: String, _ request: SearchRequest, _ readable: [RoomKey: Readable]
    ) throws -> (hits: [Hit], next: Int64?) {
        let floor = readable.values.map(\.floor).min() ?? 0
        let rows = try Row.fetchCursor(
            database.cachedStatement(
                sql: """
                    SELECT message.seq, message.room, event.data ->> '$.text' FROM search
                    CROSS JOIN message ON message.seq = search.rowid CROSS JOIN event ON event.seq = message.text_seq
                    WHERE search MATCH ? AND search.rowid < ? AND search.rowid >= ? AND message.deleted_at IS NULL
                    ORDER BY search.rowid DESC
                    """), arguments: [match, request.before, floor])
        let end = ContinuousClock.now + request.time
        var hits: [Hit] = []
        while let row = try rows.next() {
            let seq: Int64 = row[0]
            // What was said before one's time does not show, not even by what it costs: it is no reason to stop.
            guard let place = readable[RoomKey(row[1])], seq >= place.floor else { continue }
            if let highlights = request.query.highlights(in: row[2]) {
                if hits.count == request.limit { return (hits, hits.last?.seq) }
                hits.append(Hit(seq: seq, room: place.room, highlights: highlights))
            }
            if ContinuousClock.now >= end { return (hits, seq) }
        }
        return (hits, nil)
    }
}
