package import ApusCore
package import ApusWire

/// Messages, inside a write transaction.
package protocol MessageWriting: AnyObject {
    /// Takes the room's next message number: no gap, no repeat. The event that has it is the message.
    func takeNumber(in room: RoomKey) throws -> Int64
    /// A message without its reactions, deleted ones too; nil when there is none.
    func message(_ number: Int64, in room: Room) throws -> Message?
    /// What an event of a message brought; nil once the message is deleted, and for events of other things.
    func text(of seq: Int64) throws -> String?
    /// From now on its text, `text`, and its mentions are those of the event `seq`.
    func editMessage(_ message: Message, to text: String, at: Timestamp, seq: Int64) throws
    /// Takes text and mentions out of the message and of every event that holds them, and removes its reactions.
    /// Returns those events in the form that they have from now on.
    func deleteMessage(_ message: Message, at: Timestamp, seq: Int64) throws -> [EncodedEvent]

    /// A member of the room; nil when nobody there has the name.
    func mention(ofMember name: String, in room: RoomKey) throws -> Mention?
    /// So that mentions that one has not read can be counted.
    func insertMentions(_ mentions: [Mention], number: Int64, in room: RoomKey) throws
    func removeMentions(of message: Message, in room: RoomKey) throws

    func hasReaction(_ emoji: String, to message: Message, by: UserKey) throws -> Bool
    /// The different emoji with which people have reacted to a message.
    func reactions(to message: Message) throws -> [String]
    func insertReaction(_ emoji: String, to message: Message, by: UserKey, seq: Int64) throws
    func removeReaction(_ emoji: String, to message: Message, by: UserKey, seq: Int64) throws
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
