package import ApusCore
import ApusWire

package enum RoomKind: String, Sendable, CaseIterable {
    /// Seen by everybody; whoever likes joins.
    case `public`
    /// Seen by its members.
    case `private`
    /// A conversation of the people that it was made for, always the same.
    case direct

    /// What members may read from before they joined, where nothing else is said.
    package var history: RoomHistory { self == .public ? .all : .joined }
}

/// What somebody is in a room; whoever makes one is its admin.
package enum RoomRole: String, Sendable, CaseIterable {
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
    package var name: String
    package var topic: String
    package var history: RoomHistory
    /// The number of the last message; 0 in an empty room.
    package var head: Int64
    package let memberCount: Int64
    /// Nobody writes here any more.
    package let isArchived: Bool
    /// Of a direct room: the ids of its people in order; in others empty.
    package let people: [String]

    package init(
        key: RoomKey, slug: String, kind: RoomKind, name: String, topic: String, history: RoomHistory, head: Int64,
        memberCount: Int64, isArchived: Bool, pair: String?
    ) {
        self.key = key
        self.slug = slug
        self.kind = kind
        self.name = name
        self.topic = topic
        self.history = history
        self.head = head
        self.memberCount = memberCount
        self.isArchived = isArchived
        people = pair?.split(separator: ",").map(String.init) ?? []
    }

    /// What the ids of rooms begin with that the server names.
    package static let privatePrefix = "r_"
    package static let directPrefix = "d_"

    /// Whether a text may name a public room: `[a-z0-9_-]{2,64}`, and not as the server names rooms, or making one
    /// would tell whether there is a hidden one of that id.
    package static func isSlug(_ text: String) -> Bool {
        isName(text, maximum: 64) && !text.hasPrefix(privatePrefix) && !text.hasPrefix(directPrefix)
    }

    /// Throws a `Problem` unless these may be a room's name and topic. A topic is one line, too: wherever it is shown, it
    /// stands beside the name.
    static func checkDescription(name: String?, topic: String?) throws(Problem) {
        if let name { try Label.check(name, as: "A room's \"name\"", lengths: 1...100) }
        if let topic { try Label.check(topic, as: "A room's \"topic\"", lengths: 0...1000) }
    }
}

/// A room that is about to be made.
package struct NewRoom: Sendable {
    package let slug: String
    package let kind: RoomKind
    package let name: String
    package let topic: String
    package let history: RoomHistory
    /// Of a direct room: the ids of its people in order, joined by commas.
    package let pair: String?

    package init(
        slug: String, kind: RoomKind = .public, name: String, topic: String = "", history: RoomHistory? = nil,
        pair: String? = nil
    ) {
        self.slug = slug
        self.kind = kind
        self.name = name
        self.topic = topic
        self.history = history ?? kind.history
        self.pair = pair
    }
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

    /// What is at rest, and never told: progress does not go back.
    package static let atRest = Progress(delivered: 0, read: 0)
}
