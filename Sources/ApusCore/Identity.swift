/// A room as the log numbers it; its name on the wire is the chat domain's affair.
package struct RoomKey: Sendable, Hashable {
    package let raw: Int64
    package init(_ raw: Int64) { self.raw = raw }
}

/// A user as the log numbers them.
package struct UserKey: Sendable, Hashable {
    package let raw: Int64
    package init(_ raw: Int64) { self.raw = raw }
}

/// Who an event is for.
package enum Audience: Sendable, Hashable {
    case room(RoomKey)
    case user(UserKey)
    case everyone

    /// One number for the log's index: a room is positive, a user negative, everybody zero.
    package var index: Int64 {
        switch self {
        case .room(let room): room.raw
        case .user(let user): -user.raw
        case .everyone: 0
        }
    }

    package init(index: Int64) {
        self = index > 0 ? .room(RoomKey(index)) : index < 0 ? .user(UserKey(-index)) : .everyone
    }
}

/// Who reads or commands: the key, and what other people see.
package struct Identity: Sendable, Hashable {
    package let key: UserKey
    package let id: String
    package let name: String
    package let displayName: String

    package init(key: UserKey, id: String, name: String, displayName: String) {
        self.key = key
        self.id = id
        self.name = name
        self.displayName = displayName
    }
}

/// What a reader has asked for: everything that its user may see, or some rooms only.
package enum Scope: Sendable, Hashable {
    case everything
    case rooms(Set<RoomKey>)

    package func contains(_ audience: Audience) -> Bool {
        switch (self, audience) {
        case (.everything, _): true
        case (.rooms(let rooms), .room(let room)): rooms.contains(room)
        case (.rooms, _): false
        }
    }

    package func contains(_ room: RoomKey) -> Bool { contains(.room(room)) }
}
