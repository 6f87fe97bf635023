package import ApusWire

/// A message as history shows it: what its last change has left.
package struct Message: Sendable {
    package let room: String
    package let number: Int64
    /// The seq of its `message.created`, by which the database knows it.
    package let created: Int64
    /// The seq of its last change.
    package var seq: Int64
    package let by: String
    package let at: Timestamp
    package let id: String?
    /// Empty once the message is deleted.
    package var text: String
    /// The number of the message that it answers.
    package var replyTo: Int64?
    /// The ids of those whom it names, and `Mention.everybody`.
    package var mentions: [String] = []
    package var editedAt: Timestamp?
    package var isDeleted = false
    /// In the order of their first.
    package var reactions: [Reaction] = []

    package struct Reaction: Sendable, Equatable {
        package let emoji: String
        /// How many people reacted with it.
        package let count: Int64
        /// The reader first, then in order; at most `listed`.
        package var users: [String]

        package static let listed = 50

        package init(emoji: String, count: Int64, users: [String]) {
            self.emoji = emoji
            self.count = count
            self.users = users
        }
    }

    package init(room: String, number: Int64, created: Int64, by: String, at: Timestamp, id: String?, text: String) {
        self.room = room
        self.number = number
        self.created = created
        seq = created
        self.by = by
        self.at = at
        self.id = id
        self.text = text
    }

    package func encode(into writer: inout JSONWriter, and more: (inout JSONWriter) -> Void = { _ in }) {
        writer.object {
            $0.member("room", room)
            $0.member("number", number)
            $0.member("seq", seq)
            $0.member("by", by)
            $0.member("at", at)
            if let id { $0.member("id", id) }
            if isDeleted { $0.member("purged", true) } else { $0.member("text", text) }
            if let replyTo { $0.member("reply_to", replyTo) }
            if let editedAt { $0.member("edited_at", editedAt) }
            mentions.encodeMentions(into: &$0)
            if !reactions.isEmpty {
                $0.name("reactions")
                $0.array { for reaction in reactions { reaction.encode(into: &$0) } }
            }
            more(&$0)
        }
    }
}

extension [String] {
    /// The member `mentions` of a message or an event, left out where there are none.
    func encodeMentions(into writer: inout JSONWriter) {
        if isEmpty { return }
        writer.name("mentions")
        writer.array { for user in self { $0.string(user) } }
    }
}

extension Message.Reaction {
    func encode(into writer: inout JSONWriter) {
        writer.object {
            $0.member("emoji", emoji)
            $0.member("count", count)
            $0.name("users")
            $0.array { for user in users { $0.string(user) } }
        }
    }
}
