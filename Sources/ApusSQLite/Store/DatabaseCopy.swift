import Foundation
import GRDB

/// The copy of a database that is made before its schema changes, for whoever must go back.
enum DatabaseCopy {
    /// Copies the database, if it has a schema and that is going to change, to `PATH.schema-VERSION`; whole and on the
    /// disk when this returns. A copy that an interrupted attempt has left is made anew.
    static func make(of pool: DatabasePool, at path: String, before migrator: DatabaseMigrator) throws {
        let applied = try pool.read(migrator.completedMigrations)
        guard let version = applied.last, try !pool.read(migrator.hasCompletedMigrations) else { return }
        let copy = "\(path).schema-\(version)"
        let partial = "\(copy).partial"
        do {
            if FileManager.default.fileExists(atPath: partial) { try FileManager.default.removeItem(atPath: partial) }
            try pool.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [partial]) }
            try flush(partial)
            guard rename(partial, copy) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
            try flush(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        } catch {
            throw SQLiteOpenError.unusable(
                path: path,
                reason: "this version changes it, and the copy that is made first, \(copy), failed (\(error)); "
                    + "make room for it and start again")
        }
    }

    private static func flush(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    }
}
