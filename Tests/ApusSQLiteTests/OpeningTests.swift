import Foundation
import GRDB
import Testing

@testable import ApusSQLite

struct OpeningTests {
    @Test func `the writer's connection syncs every commit to the disk, in WAL mode`() throws {
        let folder = try Folder()
        let store = try folder.sqlite()
        // Asked of the connection that commits, for GRDB itself sets NORMAL when it turns WAL on.
        let (synchronous, mode) = try store.pool.writeWithoutTransaction { database in
            (
                try Int.fetchOne(database, sql: "PRAGMA synchronous"),
                try String.fetchOne(database, sql: "PRAGMA journal_mode")
            )
        }
        #expect(synchronous == 2)
        #expect(mode == "wal")
    }

    @Test func `an empty file becomes a database, and is one when opened again`() throws {
        let folder = try Folder()
        try "".write(toFile: folder.database, atomically: true, encoding: .utf8)
        var store = try folder.sqlite()
        let tables = try store.pool.read {
            try String.fetchSet($0, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
        }
        #expect(
            tables.isSuperset(of: [
                "epoch", "event", "stay", "user", "token", "room", "member", "message", "command",
            ]))
        store = try folder.sqlite()
        #expect(try store.epochs().count == 2)
    }

    @Test func `a database of a newer version is refused with a sentence, and left as it is`() throws {
        let folder = try Folder()
        do {
            let store = try folder.sqlite()
            try store.pool.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99')") }
        }
        let error = #expect(throws: SQLiteOpenError.self) { try SQLiteStore(path: folder.database) }
        #expect(error?.description.contains("newer version of Apus") == true)
    }

    @Test func `a file that is no database is refused with a sentence`() throws {
        let folder = try Folder()
        let text = String(repeating: "This is a letter, not a database. ", count: 200)
        try text.write(toFile: folder.database, atomically: true, encoding: .utf8)
        let error = #expect(throws: SQLiteOpenError.self) { try SQLiteStore(path: folder.database) }
        #expect(error?.description.contains("cannot be used") == true)
    }
}
