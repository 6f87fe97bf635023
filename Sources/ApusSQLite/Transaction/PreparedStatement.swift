import GRDB
import GRDBSQLite

/// A statement of the write path, straight on SQLite's C interface. Exists because every message runs through a handful
/// of these, and there GRDB's rows and arguments cost more than SQLite's own work. Confined to its connection.
final class PreparedStatement {
    private let statement: OpaquePointer
    private let sql: String

    init(_ sql: String, on database: Database) throws {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(
            database.sqliteConnection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else {
            throw DatabaseError(resultCode: ResultCode(rawValue: code), sql: sql)
        }
        self.statement = statement
        self.sql = sql
    }

    /// Must be called before the connection closes.
    deinit { sqlite3_finalize(statement) }

    /// Runs the statement to its end.
    func run<each Value: SQLiteBindable>(_ values: repeat each Value) throws {
        _ = try first(repeat each values) { _ in }
    }

    /// The first row, as `read` makes it; nil when there is none.
    func first<Row, each Value: SQLiteBindable>(
        _ values: repeat each Value, read: (borrowing PreparedRow) -> Row
    ) throws -> Row? {
        var index: Int32 = 1
        for value in repeat each values {
            guard value.bind(to: statement, at: index) == SQLITE_OK else { throw failure() }
            index += 1
        }
        defer { sqlite3_reset(statement) }
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return read(PreparedRow(statement: statement))
        case SQLITE_DONE: return nil
        default: throw failure()
        }
    }

    private func failure() -> DatabaseError {
        let connection = sqlite3_db_handle(statement)
        return DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
            message: String(cString: sqlite3_errmsg(connection)), sql: sql)
    }
}

/// A row's columns, counted from 0; valid while it is read.
struct PreparedRow: ~Copyable {
    fileprivate let statement: OpaquePointer

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    /// A BLOB, or a TEXT in UTF-8.
    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(statement, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    }
}

/// What can take a placeholder's place.
protocol SQLiteBindable {
    /// Returns SQLite's result code. SQLite has copied the value when this returns.
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32
}

/// SQLite copies what it is given (sqlite.org/c3ref/c_static.html).
private let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

extension Int64: SQLiteBindable {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { sqlite3_bind_int64(statement, index, self) }
}

extension String: SQLiteBindable {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        var text = self
        return text.withUTF8 { SQLiteText.bind($0, to: statement, at: index) }
    }
}

/// A TEXT that is at hand as UTF-8.
struct SQLiteText: SQLiteBindable {
    let utf8: [UInt8]

    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        utf8.withUnsafeBufferPointer { Self.bind($0, to: statement, at: index) }
    }

    fileprivate static func bind(
        _ bytes: UnsafeBufferPointer<UInt8>, to statement: OpaquePointer, at index: Int32
    ) -> Int32 {
        // No bytes may have no address, which SQLite would take for NULL.
        guard let start = bytes.baseAddress else { return sqlite3_bind_text(statement, index, "", 0, copied) }
        return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
            sqlite3_bind_text(statement, index, $0, Int32(bytes.count), copied)
        }
    }
}

struct SQLiteBlob: SQLiteBindable {
    let bytes: [UInt8]

    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        bytes.isEmpty
            ? sqlite3_bind_zeroblob(statement, index, 0)
            : sqlite3_bind_blob(statement, index, bytes, Int32(bytes.count), copied)
    }
}

extension Optional: SQLiteBindable where Wrapped: SQLiteBindable {
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        self?.bind(to: statement, at: index) ?? sqlite3_bind_null(statement, index)
    }
}
