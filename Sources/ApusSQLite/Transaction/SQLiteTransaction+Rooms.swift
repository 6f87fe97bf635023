import ApusChat
import ApusCore
import ApusWire
import GRDB

extension SQLiteTransaction {
    func room(named slug: String) throws -> Room? { try memory.room(named: slug) }

    func room(named slug: String, as user: UserKey) throws -> (room: Room, since: Int64?)? {
        try memory.room(named: slug, as: user)
    }

    func room(ofPair pair: String) throws -> Room? {
        try row("\(Room.columns) FROM room WHERE room.pair = ?", pair).map(Room.init)
    }

    func room(_ key: RoomKey) throws -> Room? {
        try Room.find(database, key: key)
    }

    func insertRoom(_ room: NewRoom, by: UserKey) throws -> Room {
        try run(
            "INSERT INTO room (slug, kind, name, topic, history, pair, created_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
            room.slug, room.kind.rawValue, room.name, room.topic, room.history.rawValue, room.pair, by.raw)
        return Room(
            key: RoomKey(database.lastInsertedRowID), slug: room.slug, kind: room.kind, name: room.name,
            topic: room.topic, history: room.history, head: 0, memberCount: 0, isArchived: false, pair: room.pair)
    }

    func updateRoom(_ room: Room) throws {
        try run(
            "UPDATE room SET name = ?, topic = ?, history = ? WHERE key = ?", room.name, room.topic,
            room.history.rawValue, room.key.raw)
        memory.forget(room.key)
    }

    func archiveRoom(_ room: RoomKey, at: Timestamp?) throws {
        try run("UPDATE room SET archived_at = ? WHERE key = ?", at?.milliseconds, room.raw)
        memory.forget(room)
    }

    // MARK: progress

    func read(_ number: Int64, in room: RoomKey, by user: UserKey) throws -> Int64 {
        try run(
            """
            UPDATE member SET read = max(read, ?1), delivered = max(delivered, ?1) WHERE room = ?2 AND user = ?3
            """, number, room.raw, user.raw)
        return try row("SELECT read FROM member WHERE room = ? AND user = ?", room.raw, user.raw)?[0] ?? 0
    }

    func delivered(upTo seq: Int64, to user: UserKey, in scope: Scope) throws -> [RoomKey] {
        try project()
        let behind = try Int64.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT room FROM member WHERE user = ? AND since IS NOT NULL
                    AND (SELECT max(number) FROM message WHERE message.room = member.room) > delivered
                    """), arguments: [user.raw])
        return try behind.map(RoomKey.init).filter { room in
            guard scope.contains(room) else { return false }
            let number: Int64? = try row(
                """
                SELECT event.number FROM audience_event AS place CROSS JOIN event ON event.seq = place.seq
                WHERE place.audience = ? AND place.seq <= ? AND event.number IS NOT NULL
                ORDER BY place.seq DESC LIMIT 1
                """, room.raw, seq)?[0]
            guard let number else { return false }
            try run(
                "UPDATE member SET delivered = ?1 WHERE room = ?2 AND user = ?3 AND delivered < ?1", number, room.raw,
                user.raw)
            return database.changesCount > 0
        }
    }

    func progress(of user: UserKey, in room: RoomKey) throws -> (user: String, progress: Progress)? {
        try row(
            """
            SELECT user.id, member.delivered, member.read FROM member JOIN user ON user.key = member.user
            WHERE member.room = ? AND member.user = ? AND member.since IS NOT NULL
            """, room.raw, user.raw
        ).map { ($0[0], Progress(delivered: $0[1], read: $0[2])) }
    }

    func leastProgress(in room: RoomKey) throws -> Progress { try Progress.least(database, in: room) }
}

extension Progress {
    static func least(_ database: Database, in room: RoomKey) throws -> Progress {
        let least = try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT min(member.delivered), min(member.read) FROM member JOIN user ON user.key = member.user
                    WHERE member.room = ? AND member.since IS NOT NULL AND user.banned_at IS NULL
                    AND (user.role <> 'bot' OR EXISTS (SELECT 1 FROM token WHERE token.user = user.key))
                    """),
            arguments: [room.raw])
        return Progress(delivered: least?[0] ?? 0, read: least?[1] ?? 0)
    }
}

extension Room {
    static func find(_ database: Database, slug: String) throws -> Room? {
        try Row.fetchOne(database.cachedStatement(sql: "\(columns) FROM room WHERE room.slug = ?"), arguments: [slug])
            .map(Room.init)
    }

    static func find(_ database: Database, key: RoomKey) throws -> Room? {
        try Row.fetchOne(
            database.cachedStatement(sql: "\(columns) FROM room WHERE room.key = ?"), arguments: [key.raw]
        ).map(Room.init)
    }

    /// The columns that `init(_:)` reads, by position; for one room.
    static let columns = columns(head: head(of: "room.key"))

    /// The same for many rooms, to be followed by `FROM` and `roomsWithTail`: the log's tail is gone through once.
    static let listColumns = """
        WITH tail AS MATERIALIZED (
            SELECT audience, max(number) AS head FROM event
            WHERE seq > (SELECT through FROM projection) AND number IS NOT NULL GROUP BY audience)
        \(columns(head: "max(\(projectedHead(of: "room.key")), ifnull(tail.head, 0))"))
        """
    static let roomsWithTail = "room LEFT JOIN tail ON tail.audience = room.key"

    private static func columns(head: String) -> String {
        """
        SELECT room.key, room.slug, room.kind, room.name, room.topic, room.history, \(head), room.members,
            room.archived_at IS NOT NULL, room.pair
        """
    }

    /// The last message number of a room.
    static func head(of room: String) -> String {
        """
        max(\(projectedHead(of: room)), ifnull((SELECT max(number) FROM event
            WHERE event.seq > (SELECT through FROM projection) AND event.audience = \(room)), 0))
        """
    }

    private static func projectedHead(of room: String) -> String {
        "ifnull((SELECT max(number) FROM message WHERE message.room = \(room)), 0)"
    }

    init(_ row: Row) {
        let kind: String = row[2]
        let history: String = row[5]
        self.init(
            key: RoomKey(row[0]), slug: row[1], kind: RoomKind(rawValue: kind)!, name: row[3], topic: row[4],
            history: RoomHistory(rawValue: history)!,  // the only writer writes raw values of these types
            head: row[6], memberCount: row[7], isArchived: row[8], pair: row[9])
    }

    init(_ row: borrowing PreparedRow) {
        self.init(
            key: RoomKey(row.integer(0)), slug: row.text(1), kind: RoomKind(rawValue: row.text(2))!, name: row.text(3),
            topic: row.text(4), history: RoomHistory(rawValue: row.text(5))!,  // as above
            head: row.integer(6), memberCount: row.integer(7), isArchived: row.integer(8) != 0,
            pair: row.isNull(9) ? nil : row.text(9))
    }
}
