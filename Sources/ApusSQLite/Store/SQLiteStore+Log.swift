import ApusChat
package import ApusCore
import ApusWire
import GRDB

extension SQLiteStore {
    package func epochs() throws -> [Epoch] {
        try pool.read { database in
            try Row.fetchAll(database, sql: "SELECT name, first_seq FROM epoch ORDER BY number")
                .map { Epoch(name: $0[0], firstSeq: $0[1]) }
        }
    }

    package func head() throws -> Int64 { try pool.read(Self.head) }

    package func visibility(of user: UserKey) throws -> (visibility: Visibility, head: Int64) {
        try pool.read { database in
            let rows = try Row.fetchAll(
                database.cachedStatement(sql: "SELECT room, first_seq, last_seq FROM stay WHERE user = ?"),
                arguments: [user.raw])
            let stays = rows.map { Membership(room: RoomKey($0[0]), from: $0[1], through: $0[2]) }
            return (Visibility(user: user, stays: stays), try Self.head(database))
        }
    }

    package func events(
        visibleTo visibility: Visibility, in scope: Scope, after: Int64, through: Int64, limit: Int, bytes: Int
    ) throws -> LogPage {
        let ranges = Self.ranges(visibility, scope, after: after, through: through)
        return try pool.read { database in
            if ranges.count > Self.manyRanges {
                return try Self.scan(
                    database, visibility, scope, after: after, through: through, limit: limit, bytes: bytes)
            }
            var found: [EncodedEvent] = []
            var through = through
            /// One page from each room is all that can be needed; past it nothing is needed of any room.
            func take(_ cursor: RowCursor) throws {
                var size = 0
                var count = 0
                while count <= limit, size <= bytes, let row = try cursor.next() {
                    let event = Self.event(row)
                    guard visibility.sees(event) else { continue }
                    found.append(event)
                    count += 1
                    size += event.json.count
                    if size > bytes || count > limit { through = event.seq }
                }
            }
            let projected = try Self.projected(database)
            for range in ranges where range.after < min(through, projected) {
                try take(
                    Row.fetchCursor(
                        database.cachedStatement(sql: Self.projectedEvents),
                        arguments: [range.audience, range.after, min(range.through, through)]))
            }
            if projected < through {
                let audiences = JSONValue.array(ranges.map { .integer($0.audience) }).encoded
                try take(
                    Row.fetchCursor(
                        database.cachedStatement(sql: Self.tail),
                        arguments: [max(after, projected), through, String(decoding: audiences, as: UTF8.self)]))
            }
            found.removeAll { $0.seq > through }
            found.sort { $0.seq < $1.seq }
            return Self.page(found, through: through, limit: limit, bytes: bytes)
        }
    }

    /// Past this many rooms one pass over the log is cheaper than asking for each room.
    private static let manyRanges = 64

    private struct Range {
        let audience: Int64
        let after: Int64
        let through: Int64
    }

    private static func ranges(
        _ visibility: Visibility, _ scope: Scope, after: Int64, through: Int64
    ) -> [Range] {
        var ranges: [Range] = []
        for audience in [Audience.everyone, .user(visibility.user)] where scope.contains(audience) {
            ranges.append(Range(audience: audience.index, after: after, through: through))
        }
        for (room, stays) in visibility.stays where scope.contains(room) {
            for stay in stays {
                let range = Range(
                    audience: Audience.room(room).index, after: max(after, stay.from - 1),
                    through: min(through, stay.through ?? .max))
                if range.after < range.through { ranges.append(range) }
            }
        }
        return ranges
    }

    private static func scan(
        _ database: Database, _ visibility: Visibility, _ scope: Scope, after: Int64, through: Int64, limit: Int,
        bytes: Int
    ) throws -> LogPage {
        let cursor = try Row.fetchCursor(
            database.cachedStatement(sql: "\(select) WHERE event.seq > ? AND event.seq <= ? ORDER BY event.seq"),
            arguments: [after, through])
        var found: [EncodedEvent] = []
        var size = 0
        var through = through
        while found.count <= limit, size <= bytes, let row = try cursor.next() {
            let audience = Audience(index: row[1])
            guard scope.contains(audience), visibility.sees(audience, at: row[0]) else { continue }
            let event = event(row)
            guard visibility.sees(event) else { continue }
            found.append(event)
            size += event.json.count
            if size > bytes || found.count > limit { through = event.seq }
        }
        return page(found, through: through, limit: limit, bytes: bytes)
    }

    /// Cuts what was found to one page; whatever was cut off is past `through` of the page.
    private static func page(_ found: [EncodedEvent], through: Int64, limit: Int, bytes: Int) -> LogPage {
        var size = 0
        var count = 0
        for event in found {
            if count > 0, count >= limit || size + event.json.count > bytes { break }
            size += event.json.count
            count += 1
        }
        if count == found.count { return LogPage(events: found, through: through) }
        return LogPage(events: Array(found[..<count]), through: found[count - 1].seq)
    }

    static let select = "\(columns) FROM event \(joined)"

    private static let columns = """
        SELECT event.seq, event.audience, event.type, room.slug, user.id, event.at, event.command_id, event.data,
               event.number, event.witness
        """
    private static let joined = "JOIN user ON user.key = event.by LEFT JOIN room ON room.key = event.audience"

    private static let projectedEvents = """
        \(columns) FROM audience_event AS place CROSS JOIN event ON event.seq = place.seq \(joined)
        WHERE place.audience = ? AND place.seq > ? AND place.seq <= ? ORDER BY place.seq
        """
    private static let tail = """
        \(select) WHERE event.seq > ? AND event.seq <= ? AND event.audience IN (SELECT value FROM json_each(?))
        ORDER BY event.seq
        """

    static func event(_ row: Row) -> EncodedEvent {
        var data = Array((row[7] as String).utf8)
        // Room for purging, and what purging has left.
        while data.last == UInt8(ascii: " ") { data.removeLast() }
        return LogEvent(
            seq: row[0], audience: Audience(index: row[1]), type: row[2], room: row[3], by: row[4],
            at: Timestamp(milliseconds: row[5]), id: row[6], data: data, number: row[8],
            witness: row[9]
        ).encoded
    }
}
