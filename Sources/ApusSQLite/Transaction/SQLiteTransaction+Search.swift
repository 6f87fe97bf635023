import ApusChat
import GRDB

extension SQLiteTransaction {
    func indexMessages(within time: Duration, newest: Bool) throws -> Bool {
        let end = ContinuousClock.now + time
        if newest { try project() }
        let rows = try Row.fetchCursor(
            database.cachedStatement(
                sql: """
                    SELECT message.seq, message.room, message.by, event.data ->> '$.text'
                    FROM message JOIN event ON event.seq = message.text_seq
                    WHERE message.seq > (SELECT indexed FROM search_progress) AND message.deleted_at IS NULL
                    ORDER BY message.seq
                    """))
        var indexed: Int64?
        var isComplete = false
        repeat {
            guard let row = try rows.next() else {
                isComplete = true
                break
            }
            try insertTerms(row[0], SearchTerms.document(row[3], room: row[1], by: row[2]))
            indexed = row[0]
        } while ContinuousClock.now < end
        if let indexed { try run("UPDATE search_progress SET indexed = ?", indexed) }
        return !isComplete
    }

    /// The text of a message has changed; nil when it was deleted. What is not indexed yet is left to `indexMessages`.
    func reindex(message seq: Int64, old: String, new: String?) throws {
        guard
            let row = try row(
                """
                SELECT room, by FROM message WHERE seq = ? AND seq <= (SELECT indexed FROM search_progress)
                """, seq)
        else { return }
        // The index keeps no text: an entry is removed by naming what it was made of.
        try run(
            "INSERT INTO search (search, rowid, terms) VALUES ('delete', ?, ?)", seq,
            String(decoding: SearchTerms.document(old, room: row[0], by: row[1]), as: UTF8.self))
        if let new {
            // What it said before stays in the log, and so may what the index has of it.
            try insertTerms(seq, SearchTerms.document(new, room: row[0], by: row[1]))
        } else {
            try run("UPDATE search_progress SET is_stale = TRUE")
        }
    }

    private func insertTerms(_ seq: Int64, _ terms: [UInt8]) throws {
        try memory.insertTerms.run(seq, SQLiteText(utf8: terms))
    }

    // MARK: what deleted text leaves

    /// How many of the index's pages, of about 4 KiB, are written before the clock is looked at.
    private static let pagesAtOnce = 64

    /// FTS5 notes what is removed and leaves the entry where it is until it merges the parts of its index; so all of
    /// them are merged (sqlite.org/fts5.html#the_merge_command).
    func purgeIndex(within time: Duration) throws -> IndexPurge {
        guard let state = try row("SELECT is_stale, is_merging FROM search_progress") else { return .nothingToDo }
        var isStale: Bool = state[0]
        var isMerging: Bool = state[1]
        guard isStale || isMerging else { return .nothingToDo }
        let end = ContinuousClock.now + time
        repeat {
            let before = database.totalChangesCount
            if isMerging {
                try run("INSERT INTO search (search, rank) VALUES ('merge', ?)", Self.pagesAtOnce)
                isMerging = database.totalChangesCount - before > 1
            } else {
                // What this transaction has removed is in FTS5's memory still, where no merge would find it. A
                // savepoint makes FTS5 write it down.
                try run("SAVEPOINT removals")
                try run("RELEASE removals")
                try run("INSERT INTO search (search, rank) VALUES ('merge', ?)", -Self.pagesAtOnce)
                isStale = false
                isMerging = true
            }
        } while (isStale || isMerging) && ContinuousClock.now < end
        try run("UPDATE search_progress SET is_stale = ?, is_merging = ?", isStale, isMerging)
        return isStale || isMerging ? .unfinished : .finished
    }
}
