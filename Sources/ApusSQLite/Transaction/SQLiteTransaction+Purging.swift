import ApusChat
import ApusCore
import ApusWire
import GRDB

/// Deleted texts must be gone from the file, not only from the answers. `secure_delete` overwrites what is freed, but
/// not the copies that SQLite leaves in a page's gap when it moves rows to another page, as it does when rows grow or
/// shrink. So the rows of the log never change their size: what is purged is overwritten with as many bytes, blanks at
/// the end, and no row is ever moved.
extension SQLiteTransaction {
    /// What is taken out of an event's data.
    private static let purgedNames: Set<String> = ["text", "attachments", "mentions"]
    /// By how much `"purged":true` is longer than the shortest `"text":"…"`.
    private static let shortage = 3

    /// The data as it is stored, long enough for what will take its place when it is purged.
    static func roomForPurging(_ data: [UInt8]) -> [UInt8] {
        // Longer data has a longer text and so leaves room by itself: two numbers and a time take less than this.
        data.count < 128 ? data + Array(repeating: UInt8(ascii: " "), count: shortage) : data
    }

    /// Takes the text of a message out of its events, and returns them as they are from now on.
    func purge(_ message: Message) throws -> [EncodedEvent] {
        let seqs = try Int64.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT ?1 UNION ALL SELECT seq FROM event WHERE about = ?1 AND type = 'message.updated' ORDER BY 1
                    """), arguments: [message.created])
        return try seqs.map { seq in
            guard let data: String = try row("SELECT data FROM event WHERE seq = ?", seq)?[0],
                let object = try JSONValue(parsing: data.utf8).object
            else { throw StorageFailure("event \(seq) of a message is not in the log, or not as it was written") }
            try overwrite(seq, size: data.utf8.count, with: Self.purged(object))
            // Found by the statement before, in this transaction.
            return try Row.fetchOne(
                database.cachedStatement(sql: "\(SQLiteStore.select) WHERE event.seq = ?"), arguments: [seq]
            ).map(SQLiteStore.event)!
        }
    }

    private static func purged(_ object: JSONObject) -> [UInt8] {
        var kept = JSONObject()
        for member in object.members where !purgedNames.contains(member.name) { kept[member.name] = member.value }
        kept["purged"] = true
        return JSONValue.object(kept).encoded
    }

    private func overwrite(_ seq: Int64, size: Int, with data: [UInt8]) throws {
        guard data.count <= size else {
            throw StorageFailure("event \(seq) has \(size) bytes, too few for the \(data.count) of its purged form")
        }
        let blanks = Array(repeating: UInt8(ascii: " "), count: size - data.count)
        try run("UPDATE event SET data = ? WHERE seq = ?", String(decoding: data + blanks, as: UTF8.self), seq)
    }
}
