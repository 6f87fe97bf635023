import ApusCore
import GRDB

/// The tables that only repeat what the log says, in an order of their own: `message` and `audience_event`. What the
/// log has past their end is its tail. Readers look through the tail; the writer projects it before it changes a
/// message, and whenever it has grown long.
extension SQLiteTransaction {
    /// The longest tail that a commit leaves. A longer one would write less, for neighbours in a table then come
    /// together more often; but every reader looks through it, and projecting it keeps the writer for some milliseconds.
    static let longestTail = 4096

    /// Ends the tail.
    func project() throws {
        let through = try memory.projected ?? SQLiteStore.projected(database)
        memory.projected = through
        if head == through { return }
        let before = database.totalChangesCount
        try run(
            "INSERT INTO audience_event SELECT audience, seq FROM event WHERE seq > ? ORDER BY audience, seq", through)
        // Looking for the name first is cheaper than reading JSON in which it nearly never stands.
        try run(
            """
            INSERT INTO message (seq, room, number, changed, by, at, command_id, text_seq, reply_to)
            SELECT seq, audience, number, seq, by, at, command_id, seq,
                CASE WHEN instr(data, '"reply_to"') THEN data ->> '$.reply_to' END
            FROM event WHERE seq > ? AND number IS NOT NULL
            """, through)
        try run("UPDATE projection SET through = ?", head)
        memory.projected = head
        projectionChanges += database.totalChangesCount - before
    }

    /// To be called at the end of a transaction.
    func projectLongTail(_ longest: Int) throws {
        if try head - (memory.projected ?? SQLiteStore.projected(database)) >= longest { try project() }
    }
}

extension SQLiteStore {
    /// The seq up to which the projections are complete.
    static func projected(_ database: Database) throws -> Int64 {
        try Int64.fetchOne(database.cachedStatement(sql: "SELECT through FROM projection")) ?? 0
    }
}
