package import ApusCore

/// The search index, inside a write transaction. It is behind what is posted, so that posting does not wait for it.
package protocol SearchWriting: AnyObject {
    /// Indexes the next messages until `time` is over, one of them at least. Returns whether there are more.
    /// - Parameter newest: false leaves the newest ones for later, if that costs the store less.
    func indexMessages(within time: Duration, newest: Bool) throws -> Bool
    /// Removes what deleted text has left in the index until `time` is over.
    func purgeIndex(within time: Duration) throws -> IndexPurge
}

package enum IndexPurge: Sendable {
    case nothingToDo
    case unfinished
    /// Whatever copies the store has beside its tables, such as a write-ahead log, are now to be wiped.
    case finished
}

package struct SearchRequest: Sendable {
    package let query: SearchQuery
    package let user: UserKey
    /// Nil: all rooms of the user.
    package let room: RoomKey?
    /// The id of who wrote it; nil: whoever.
    package let by: String?
    /// Only messages before this seq.
    package let before: Int64
    package let limit: Int
    /// When this is over, what was found is the answer.
    package let time: Duration

    package init(
        _ query: SearchQuery, by user: UserKey, in room: RoomKey? = nil, from by: String? = nil,
        before: Int64 = .max, limit: Int, within time: Duration
    ) {
        self.query = query
        self.user = user
        self.room = room
        self.by = by
        self.before = before
        self.limit = limit
        self.time = time
    }
}

package struct SearchPage: Sendable {
    package struct Result: Sendable {
        package let message: Message
        /// In UTF-16 code units of the text.
        package let highlights: [Range<Int>]

        package init(message: Message, highlights: [Range<Int>]) {
            self.message = message
            self.highlights = highlights
        }
    }

    /// Everything up to here was searched.
    package let seq: Int64
    /// Newest first.
    package let results: [Result]
    /// The `before` that goes on; nil when there is nothing more.
    package let next: Int64?

    package init(seq: Int64, results: [Result], next: Int64?) {
        self.seq = seq
        self.results = results
        self.next = next
    }
}

/// Search, as the route reads it. Blocks.
package protocol SearchReading: Sendable {
    /// How many messages are not indexed yet; `limit` when there are as many or more.
    func unindexedMessages(limit: Int) throws -> Int
    /// Nil when the user is not a member of the room asked for.
    func search(_ request: SearchRequest) throws -> SearchPage?
}
