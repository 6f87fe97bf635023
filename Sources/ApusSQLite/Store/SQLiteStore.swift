package import ApusChat
import ApusCore
package import ApusWire
import struct Foundation.Data
import GRDB
import GRDBSQLite

/// Why a database file cannot be used.
package enum SQLiteOpenError: Error, CustomStringConvertible, Sendable {
    case newer(path: String)
    case unusable(path: String, reason: String)

    package var description: String {
        switch self {
        case .newer(let path):
            "The database \(path) was written by a newer version of Apus; use that version, or a backup."
        case .unusable(let path, let reason):
            "The database \(path) cannot be used: \(reason)."
        }
    }
}

/// The embedded engine: one SQLite file in WAL mode, every commit fsynced, one writer, several readers.
package final class SQLiteStore: ChatStore {
    let pool: DatabasePool
    let memory: WriterMemory
    private static let busyMilliseconds: Int32 = 5000
    private let longestTail: Int

    /// Opens the file, making or migrating it. The caller holds the folder's lock.
    /// - Parameter longestTail: for tests; see `SQLiteTransaction+Projection.swift`.
    package init(path: String, longestTail: Int = SQLiteTransaction.longestTail) throws {
        self.longestTail = longestTail
        var configuration = Configuration()
        configuration.maximumReaderCount = 6  // as many as threads that read: 4 for everything, 2 for searches
        configuration.busyMode = .timeout(Double(Self.busyMilliseconds) / 1000)
        configuration.foreignKeysEnabled = false  // checked by the tests, not on every insert
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            let migrator = Schema.migrator
            if try pool.read(migrator.hasBeenSuperseded) { throw SQLiteOpenError.newer(path: path) }
            // GRDB sets NORMAL itself when it turns WAL on, over anything said before: so FULL comes after, and is
            // read back, for without it a commit would be answered before it is on the disk.
            // Checkpoints are spaced out: what is written several times in 32 MiB of WAL goes to the file once.
            try pool.writeWithoutTransaction { database in
                try database.execute(
                    sql: """
                        PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8000;
                        PRAGMA secure_delete = ON
                        """)
                guard try Int.fetchOne(database, sql: "PRAGMA synchronous") == 2,
                    try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal"
                else { throw SQLiteOpenError.unusable(path: path, reason: "WAL with synchronous=FULL is refused") }
                guard try Int.fetchOne(database, sql: "PRAGMA secure_delete") == 1 else {
                    throw SQLiteOpenError.unusable(path: path, reason: "secure_delete is refused")
                }
            }
            try DatabaseCopy.make(of: pool, at: path, before: migrator)
            try migrator.migrate(pool)
            memory = try pool.writeWithoutTransaction(WriterMemory.init)
            // A writer that was killed may have left deleted texts in its write-ahead log.
            _ = try pool.writeWithoutTransaction(Self.truncateLog)
        } catch let error as DatabaseError {
            throw SQLiteOpenError.unusable(path: path, reason: error.message ?? "SQLite error \(error.resultCode)")
        }
    }

    /// Begins a new epoch, as every start of a writer does.
    package func beginEpoch(at now: Timestamp) throws {
        _ = try commit { database in
            let head = try Self.head(database)
            try database.execute(
                sql: "INSERT INTO epoch (name, first_seq, started_at) VALUES (?, ?, ?)",
                arguments: [OpaqueID.make(length: 8), head + 1, now.milliseconds])
            // All clients may come back at once now, and read from the disk.
            try SQLiteTransaction(database, memory, head: head, usesSavepoints: false).project()
        }
    }

    package func write(_ body: (any ChatTransaction) throws -> Void) throws -> Duration {
        do {
            return try write(usesSavepoints: false, body)
        } catch is TransactionRestart {
            return try write(usesSavepoints: true, body)
        }
    }

    private func write(usesSavepoints: Bool, _ body: (any ChatTransaction) throws -> Void) throws -> Duration {
        try commit { database in
            memory.trim()
            let head = try memory.head ?? Self.head(database)
            let transaction = SQLiteTransaction(database, memory, head: head, usesSavepoints: usesSavepoints)
            try body(transaction)
            try transaction.projectLongTail(longestTail)
            memory.head = transaction.head
        }
    }

    package func wipe() throws -> Bool {
        do {
            return try pool.writeWithoutTransaction { database in
                // It is tried again soon: until then commands are not to wait for a reader.
                sqlite3_busy_timeout(database.sqliteConnection, 0)
                defer { sqlite3_busy_timeout(database.sqliteConnection, Self.busyMilliseconds) }
                return try Self.truncateLog(database)
            }
        } catch let error as DatabaseError {
            throw StorageFailure(error.description)
        }
    }

    /// Copies the write-ahead log to the file and cuts it off; false when a reader still needs it.
    private static func truncateLog(_ database: Database) throws -> Bool {
        try Int.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)") == 0
    }

    /// One transaction; how long COMMIT took. What SQLite says of its file becomes a `StorageFailure`.
    private func commit(_ body: (Database) throws -> Void) throws -> Duration {
        do {
            return try pool.writeWithoutTransaction { database in
                do {
                    try memory.begin.run()
                    try body(database)
                    let start = ContinuousClock.now
                    try memory.commit.run()
                    return ContinuousClock.now - start
                } catch {
                    memory.forget()
                    // SQLite has rolled back by itself after some errors (a full disk is one).
                    if database.isInsideTransaction { try database.rollback() }
                    throw error
                }
            }
        } catch let error as DatabaseError {
            throw StorageFailure(error.description)
        }
    }

    /// The last seq. An epoch's first seq keeps it from going back should the last events ever be removed.
    static func head(_ database: Database) throws -> Int64 {
        try Int64.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT max(ifnull((SELECT max(seq) FROM event), 0),
                               ifnull((SELECT first_seq - 1 FROM epoch ORDER BY number DESC LIMIT 1), 0))
                    """)) ?? 0
    }
}
