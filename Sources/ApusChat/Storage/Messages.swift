package import ApusCore

/// Messages, inside a write transaction.
package protocol MessageWriting: AnyObject {
    /// Takes the room's next message number: no gap, no repeat.
    func takeNumber(in room: RoomKey) throws -> Int64
    func insertMessage(_ message: Message, in room: RoomKey, by: UserKey) throws
}

package enum HistoryAnchor: Sendable, Equatable {
    case end
    case before(Int64)
    case after(Int64)
    case around(Int64)
}

package struct HistoryPage: Sendable {
    package let seq: Int64
    package let messages: [Message]
    package let hasMoreBefore: Bool
    package let hasMoreAfter: Bool

    package init(seq: Int64, messages: [Message], hasMoreBefore: Bool, hasMoreAfter: Bool) {
        self.seq = seq
        self.messages = messages
        self.hasMoreBefore = hasMoreBefore
        self.hasMoreAfter = hasMoreAfter
    }
}

/// Messages, as the routes read them. Blocks.
package protocol MessageReading: Sendable {
    /// Nil when the user is not a member.
    func history(of room: RoomKey, for user: UserKey, at anchor: HistoryAnchor, limit: Int) throws -> HistoryPage?
}
