import GRDB
import GRDBSQLite

/// A statement of the write path, straight on SQLite's C interface. Exists because every message runs through a handful
/// of these, and there GRDB's rows and arguments cost more than SQLite's own work. Confined to its connection.
final class PreparedStatement {
    private let statement: OpaquePointer
    private let sql: String
    /// The texts and BLOBs of a run, one after the other. SQLite reads them where they are instead of allocating a copy
    /// of each; so they stay until the next run.
    private var bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 512, alignment: 1)

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
    deinit {
        sqlite3_finalize(statement)
        bytes.deallocate()
    }

    /// Runs the statement to its end.
    func run<each Value: SQLiteBindable>(_ values: repeat each Value) throws {
        _ = try first(repeat each values) { _ in }
    }

    /// The first row, as `read` makes it; nil when there is none.
    func first<Row, each Value: SQLiteBindable>(
        _ values: repeat each Value, read: (borrowing PreparedRow) -> Row
    ) throws -> Row? {
        var size = 0
        for value in repeat each values { size += value.byteCount }
        reserve(size)
        var placeholders = Placeholders(of: statement, bytes: bytes)
        for value in repeat each values {
            guard value.fill(&placeholders) == SQLITE_OK else { throw failure() }
        }
        defer { sqlite3_reset(statement) }
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return read(PreparedRow(statement: statement))
        case SQLITE_DONE: return nil
        default: throw failure()
        }
    }

    /// Before anything is bound: what is bound already would be lost.
    private func reserve(_ size: Int) {
        if size < bytes.count { return }
        bytes.deallocate()
        bytes = .allocate(byteCount: 2 * size, alignment: 1)
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

/// The placeholders of a statement that are still to be filled, in order, and where bytes can be put for them.
struct Placeholders: ~Copyable {
    private let statement: OpaquePointer
    private var index: Int32 = 0
    private var free: UnsafeMutableRawBufferPointer.SubSequence

    fileprivate init(of statement: OpaquePointer, bytes: UnsafeMutableRawBufferPointer) {
        self.statement = statement
        free = bytes[...]
    }

    fileprivate mutating func null() -> Int32 {
        index += 1
        return sqlite3_bind_null(statement, index)
    }

    fileprivate mutating func integer(_ value: Int64) -> Int32 {
        index += 1
        return sqlite3_bind_int64(statement, index, value)
    }

    fileprivate mutating func text(_ utf8: UnsafeBufferPointer<UInt8>) -> Int32 {
        index += 1
        let place = keep(UnsafeRawBufferPointer(utf8))
        return sqlite3_bind_text(
            statement, index, place.assumingMemoryBound(to: CChar.self), Int32(utf8.count), stays)
    }

    fileprivate mutating func blob(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        index += 1
        return sqlite3_bind_blob(statement, index, keep(bytes), Int32(bytes.count), stays)
    }

    /// No bytes have an address too, or SQLite would take them for NULL.
    private mutating func keep(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer {
        let place = UnsafeMutableRawBufferPointer(rebasing: free)
        place.copyMemory(from: bytes)
        free = free.dropFirst(bytes.count)
        return UnsafeRawPointer(place.baseAddress!)  // there is always a byte more than is needed
    }
}

/// The bytes stay where they are while the statement runs (`SQLITE_STATIC`, sqlite.org/c3ref/c_static.html).
private let stays: sqlite3_destructor_type? = nil

/// What can take a placeholder's place.
protocol SQLiteBindable {
    /// How many bytes of the statement's it takes.
    var byteCount: Int { get }
    /// Fills the next placeholder. Returns SQLite's result code.
    func fill(_ placeholders: inout Placeholders) -> Int32
}

extension Int64: SQLiteBindable {
    var byteCount: Int { 0 }
    func fill(_ placeholders: inout Placeholders) -> Int32 { placeholders.integer(self) }
}

extension String: SQLiteBindable {
    var byteCount: Int { utf8.count }
    func fill(_ placeholders: inout Placeholders) -> Int32 {
        var text = self
        return text.withUTF8 { placeholders.text($0) }
    }
}

/// A TEXT that is at hand as UTF-8.
struct SQLiteText: SQLiteBindable {
    let utf8: [UInt8]

    var byteCount: Int { utf8.count }
    func fill(_ placeholders: inout Placeholders) -> Int32 {
        utf8.withUnsafeBufferPointer { placeholders.text($0) }
    }
}

struct SQLiteBlob: SQLiteBindable {
    let bytes: [UInt8]

    var byteCount: Int { bytes.count }
    func fill(_ placeholders: inout Placeholders) -> Int32 {
        bytes.withUnsafeBytes { placeholders.blob($0) }
    }
}

extension Optional: SQLiteBindable where Wrapped: SQLiteBindable {
    var byteCount: Int { self?.byteCount ?? 0 }
    func fill(_ placeholders: inout Placeholders) -> Int32 {
        self?.fill(&placeholders) ?? placeholders.null()
    }
}
