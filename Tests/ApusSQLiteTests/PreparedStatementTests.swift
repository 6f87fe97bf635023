import GRDB
import Testing

@testable import ApusSQLite

struct PreparedStatementTests {
    @Test func `values come back as they were bound, also past the room that there was`() throws {
        try DatabaseQueue().write { database in
            try database.execute(sql: "CREATE TABLE kept (number, text, utf8, blob)")
            let insert = try PreparedStatement("INSERT INTO kept VALUES (?, ?, ?, ?)", on: database)
            let read = try PreparedStatement(
                "SELECT typeof(number), text, utf8, blob FROM kept WHERE text IS ? OR text = ?", on: database)
            for text in ["", "short", String(repeating: "long ", count: 100_000), "é"] {
                let utf8 = Array("\(text) in UTF-8".utf8)
                let blob = Array("\(text) as a BLOB".utf8)
                try insert.run(Int64(7), text, SQLiteText(utf8: utf8), SQLiteBlob(bytes: blob))
                let row = try read.first(text, String?.none) { [$0.bytes(0), $0.bytes(1), $0.bytes(2), $0.bytes(3)] }
                #expect(row == [Array("integer".utf8), Array(text.utf8), utf8, blob], "\(text.prefix(20))")
            }
        }
    }

    @Test func `no bytes are not NULL, and nothing is`() throws {
        try DatabaseQueue().write { database in
            let types = try PreparedStatement("SELECT typeof(?), typeof(?), typeof(?)", on: database)
            let row = try types.first("", SQLiteBlob(bytes: []), String?.none) { [$0.text(0), $0.text(1), $0.text(2)] }
            #expect(row == ["text", "blob", "null"])
        }
    }
}
