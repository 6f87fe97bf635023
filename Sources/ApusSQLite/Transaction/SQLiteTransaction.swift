import ApusChat
import ApusCore
import ApusWire
import struct Foundation.Data
import GRDB

/// The writer's view of the database inside one transaction.
final class SQLiteTransaction: ChatTransaction {
    let database: Database
    let memory: WriterMemory
    /// Whether commands are taken back one by one; see `optimistically`.
    private let usesSavepoints: Bool
    private(set) var head: Int64
    var takenNumbers = 0
    /// Changes that say nothing new: nobody minds when a command that fails leaves them.
    var projectionChanges = 0

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
    private var changes: Int { database.totalChangesCount - projectionChanges + takenNumbers }

    // MARK: the log

    func append(_ event: LogEvent, by: UserKey) throws {
        precondition(event.seq == head + 1, "the log has no gaps")
        let mayBePurged = event.number != nil || event.about != nil
        try memory.insertEvent.run(
            event.seq, event.audience.index, event.type, by.raw, event.at.milliseconds, event.id,
            SQLiteText(utf8: mayBePurged ? Self.roomForPurging(event.data) : event.data), event.number,
            event.about, event.witness)
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

    // MARK: statements

    func run(_ sql: String, _ arguments: (any DatabaseValueConvertible)?...) throws {
        try database.cachedStatement(sql: sql).execute(arguments: Self.whole(arguments))
    }

    func row(_ sql: String, _ arguments: (any DatabaseValueConvertible)?...) throws -> Row? {
        try Row.fetchOne(database.cachedStatement(sql: sql), arguments: Self.whole(arguments))
    }

    /// GRDB ends a text at its first NUL: what names one row would find or write another. Whoever lets such a text come
    /// this far, from a command or from the control socket, gets no further.
    private static func whole(_ arguments: [(any DatabaseValueConvertible)?]) throws -> StatementArguments {
        for case let text as String in arguments where text.utf8.contains(0) {
            throw Problem(
                .invalidField, "\"\(text.prefix(40).replacing("\0", with: "␀"))\" contains U+0000 (␀); leave it out.")
        }
        return StatementArguments(arguments)
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
