package import ApusCore
package import ApusWire

package enum RoomKind: String, Sendable {
    case `public`
}

/// What somebody is in a room; whoever makes one is its admin.
package enum RoomRole: String, Sendable {
    case admin, member
}

/// What members may read from before they joined.
package enum RoomHistory: String, Sendable, CaseIterable {
    case all, joined
}

package struct Room: Sendable {
    package let key: RoomKey
    /// The room's identity on the wire: never changes, never used again.
    package let slug: String
    package let kind: RoomKind
    package let name: String
    package let topic: String
    package let history: RoomHistory
    /// The number of the last message; 0 in an empty room.
    package var head: Int64
    package let memberCount: Int64

    package init(
        key: RoomKey, slug: String, kind: RoomKind, name: String, topic: String, history: RoomHistory, head: Int64,
        memberCount: Int64
    ) {
        self.key = key
        self.slug = slug
        self.kind = kind
        self.name = name
        self.topic = topic
        self.history = history
        self.head = head
        self.memberCount = memberCount
    }

    /// Whether a text may name a public room: `[a-z0-9_-]{2,64}`.
    package static func isSlug(_ text: String) -> Bool { isName(text, maximum: 64) }
}

/// `[a-z0-9_-]{2,maximum}`: what users and public rooms may be called.
func isName(_ text: String, maximum: Int) -> Bool {
    (2...maximum).contains(text.utf8.count)
        && text.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_")
                || $0 == UInt8(ascii: "-")
        }
}

/// How far a member has come in a room, in message numbers.
package struct Progress: Sendable, Equatable {
    package var delivered: Int64
    package var read: Int64

    package init(delivered: Int64, read: Int64) {
        self.delivered = delivered
        self.read = read
    }
}

/// A message as history shows it.
package struct Message: Sendable {
    package let room: String
    package let number: Int64
    /// The seq of its last change.
    package let seq: Int64
    package let by: String
    package let at: Timestamp
    package let id: String?
    package let text: String

    package init(room: String, number: Int64, seq: Int64, by: String, at: Timestamp, id: String?, text: String) {
        self.room = room
        self.number = number
        self.seq = seq
        self.by = by
        self.at = at
        self.id = id
        self.text = text
    }

    package func encode(into writer: inout JSONWriter) {
        writer.object {
            $0.member("room", room)
            $0.member("number", number)
            $0.member("seq", seq)
            $0.member("by", by)
            $0.member("at", at)
            if let id { $0.member("id", id) }
            $0.member("text", text)
        }
    }
}
