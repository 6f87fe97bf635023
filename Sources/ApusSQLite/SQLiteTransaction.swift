import ApusChat
import ApusCore
import ApusWire
import struct Foundation.Data
import GRDB

/// The writer's view of the database inside one transaction.
final class SQLiteTransaction: ChatTransaction {
    private let database: Database
    private let memory: WriterMemory
    /// Whether commands are taken back one by one; see `optimistically`.
    private let usesSavepoints: Bool
    private(set) var head: Int64
    private var takenNumbers = 0

    init(_ database: Database, _ memory: WriterMemory, head: Int64, usesSavepoints: Bool) {
        self.database = database
        self.memory = memory
        self.head = head
        self.usesSavepoints = usesSavepoints
    }

    func savepoint<T>(_ body: () throws -> T) throws -> T {
        usesSavepoints ? try onSavepoint(body) : try optimistically(body)
    }

    /// Nearly every command that fails does so before it writes, and leaves nothing to take back. When one does leave
    /// something, the whole transaction is run again with savepoints, which cost every command a tenth of its time.
    private func optimistically<T>(_ body: () throws -> T) throws -> T {
        let before = changes
        do {
            return try body()
        } catch let error as DatabaseError where error.endsTheTransaction {
            throw StorageFailure(error.description)
        } catch  where changes == before || error is StorageFailure {
            throw error
        } catch {
            throw TransactionRestart()
        }
    }

    private func onSavepoint<T>(_ body: () throws -> T) throws -> T {
        let before = head
        try memory.settle()
        try run("SAVEPOINT command")
        do {
            let value = try body()
            try run("RELEASE command")
            return value
        } catch let error as DatabaseError where error.endsTheTransaction {
            throw StorageFailure(error.description)
        } catch let failure as StorageFailure {
            throw failure
        } catch {
            do {
                try run("ROLLBACK TO command")
                try run("RELEASE command")
            } catch let failure {
                throw StorageFailure("a savepoint cannot be rolled back: \(failure)")
            }
            memory.forget()
            head = before
            throw error
        }
    }

    /// Grows with every change of this transaction, those included that are still to be written.
    private var changes: Int { database.totalChangesCount + takenNumbers }

    // MARK: the log

    func append(_ event: LogEvent, by: UserKey) throws {
        precondition(event.seq == head + 1, "the log has no gaps")
        try memory.insertEvent.run(
            event.seq, event.audience.index, event.type, by.raw, event.at.milliseconds, event.id,
            SQLiteText(utf8: event.data), event.number)
        head = event.seq
    }

    func touch() throws {
        try run("UPDATE epoch SET started_at = started_at WHERE number = (SELECT max(number) FROM epoch)")
    }

    func remembered(_ id: String, of user: UserKey) throws -> RememberedCommand? {
        try memory.findCommand.first(id, user.raw) { RememberedCommand(hash: $0.bytes(0), reply: $0.bytes(1)) }
    }

    func remember(_ command: RememberedCommand, id: String, of user: UserKey) throws {
        try memory.insertCommand.run(
            id, user.raw, SQLiteBlob(bytes: command.hash), SQLiteText(utf8: command.reply))
    }

    // MARK: rooms

    func room(named slug: String) throws -> Room? { try memory.room(named: slug) }

    func room(_ key: RoomKey) throws -> Room? {
        try memory.settle()
        return try Room.find(database, key: key)
    }

    func insertRoom(slug: String, name: String, topic: String, history: RoomHistory, by: UserKey) throws -> Room {
        try run(
            "INSERT INTO room (slug, kind, name, topic, history, created_by) VALUES (?, ?, ?, ?, ?, ?)",
            slug, RoomKind.public.rawValue, name, topic, history.rawValue, by.raw)
        return Room(
            key: RoomKey(database.lastInsertedRowID), slug: slug, kind: .public, name: name, topic: topic,
            history: history, head: 0, memberCount: 0)
    }

    func stay(of user: UserKey, in room: RoomKey) throws -> Int64? {
        try memory.stay(of: user, in: room)
    }

    func beginStay(of user: UserKey, in room: RoomKey, as role: RoomRole, at seq: Int64) throws {
        try run("INSERT INTO stay (user, room, first_seq) VALUES (?, ?, ?)", user.raw, room.raw, seq)
        try run(
            """
            INSERT INTO member (room, user, since, role) VALUES (?, ?, ?, ?)
            ON CONFLICT (room, user) DO UPDATE SET since = excluded.since, role = excluded.role
            """, room.raw, user.raw, seq, role.rawValue)
        try run("UPDATE room SET members = members + 1 WHERE key = ?", room.raw)
        memory.forget(user, in: room)
    }

    func endStay(of user: UserKey, in room: RoomKey, at seq: Int64) throws {
        try run(
            "UPDATE stay SET last_seq = ? WHERE user = ? AND room = ? AND last_seq IS NULL", seq, user.raw, room.raw)
        try run("UPDATE member SET since = NULL WHERE room = ? AND user = ?", room.raw, user.raw)
        try run("UPDATE room SET members = members - 1 WHERE key = ?", room.raw)
        memory.forget(user, in: room)
    }

    func takeNumber(in room: RoomKey) throws -> Int64 {
        takenNumbers += 1
        return try memory.takeNumber(in: room) {
            try row("SELECT head FROM room WHERE key = ?", room.raw)![0]  // the caller has just read this room
        }
    }

    func insertMessage(_ message: Message, in room: RoomKey, by: UserKey) throws {
        try memory.insertMessage.run(
            room.raw, message.number, message.seq, by.raw, message.at.milliseconds, message.id, message.text)
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
        try memory.settle()
        let behind = try Int64.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT member.room FROM member JOIN room ON room.key = member.room
                    WHERE member.user = ? AND member.since IS NOT NULL AND room.head > member.delivered
                    """), arguments: [user.raw])
        return try behind.map(RoomKey.init).filter { room in
            guard scope.contains(room) else { return false }
            let number: Int64? = try row(
                """
                SELECT number FROM event WHERE audience = ? AND seq <= ? AND number IS NOT NULL
                ORDER BY seq DESC LIMIT 1
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

    // MARK: accounts

    func insertUser(_ user: NewUser) throws -> UserKey {
        try run(
            """
            INSERT INTO user (id, name, display_name, role, password_salt, password_key) VALUES (?, ?, ?, ?, ?, ?)
            """, user.id, user.name, user.displayName, user.role.rawValue, user.password.map { Data($0.salt) },
            user.password.map { Data($0.key) })
        return UserKey(database.lastInsertedRowID)
    }

    func user(named name: String) throws -> Identity? {
        try row("SELECT key, id, name, display_name FROM user WHERE name = ?", name).map(Identity.init)
    }

    func insertToken(hash: [UInt8], of user: UserKey, at: Timestamp) throws {
        try run(
            "INSERT INTO token (hash, user, created_at) VALUES (?, ?, ?)", Data(hash), user.raw, at.milliseconds)
    }

    // MARK: statements

    private func run(_ sql: String, _ arguments: (any DatabaseValueConvertible)?...) throws {
        try database.cachedStatement(sql: sql).execute(arguments: StatementArguments(arguments))
    }

    private func row(_ sql: String, _ arguments: (any DatabaseValueConvertible)?...) throws -> Row? {
        try Row.fetchOne(database.cachedStatement(sql: sql), arguments: StatementArguments(arguments))
    }
}

extension Progress {
    static func least(_ database: Database, in room: RoomKey) throws -> Progress {
        let least = try Row.fetchOne(
            database.cachedStatement(
                sql: "SELECT min(delivered), min(read) FROM member WHERE room = ? AND since IS NOT NULL"),
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

    /// The columns that `init(_:)` reads, by position.
    static let columns = """
        SELECT room.key, room.slug, room.kind, room.name, room.topic, room.history, room.head, room.members
        """

    init(_ row: Row) {
        let kind: String = row[2]
        let history: String = row[5]
        self.init(
            key: RoomKey(row[0]), slug: row[1], kind: RoomKind(rawValue: kind)!, name: row[3], topic: row[4],
            history: RoomHistory(rawValue: history)!,  // the only writer writes raw values of these types
            head: row[6], memberCount: row[7])
    }

    init(_ row: borrowing PreparedRow) {
        self.init(
            key: RoomKey(row.integer(0)), slug: row.text(1), kind: RoomKind(rawValue: row.text(2))!, name: row.text(3),
            topic: row.text(4), history: RoomHistory(rawValue: row.text(5))!,  // as above
            head: row.integer(6), memberCount: row.integer(7))
    }
}

extension DatabaseError {
    /// Errors of the file, not of the statement: the transaction cannot go on, and SQLite may have ended it already.
    var endsTheTransaction: Bool {
        switch resultCode.primaryResultCode {
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_NOMEM, .SQLITE_BUSY, .SQLITE_INTERRUPT, .SQLITE_CORRUPT,
            .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_NOTADB, .SQLITE_PROTOCOL:
            true
        default: false
        }
    }
}
