package import ApusWire

/// The versioned map of current state. A value type without I/O; the hub keeps it under its lock.
package struct SignalMap: Sendable {
    private struct Entry: Sendable {
        var draft: SignalDraft
        var encoded: EncodedSignal
    }

    /// How long a value at rest is remembered for readers that come back with an older token.
    package static let restMilliseconds: Int64 = 120_000

    package private(set) var version: Int64 = 0
    /// A token below this may have missed values that are forgotten.
    package private(set) var floor: Int64 = 0
    private var rooms: [RoomKey: [SignalKey: Entry]] = [:]
    private var presence: [UserKey: Entry] = [:]
    private var present: [RoomKey: Set<UserKey>] = [:]
    /// Those that the clock does something to: expiring, or at rest and to be forgotten.
    private var fading: Set<SignalKey> = []

    package init() {}

    /// Takes a new value in; the version it got comes with it.
    package mutating func set(_ draft: SignalDraft) -> EncodedSignal {
        version += 1
        let encoded = EncodedSignal(key: draft.key, version: version, json: draft.encode(version: version))
        let entry = Entry(draft: draft, encoded: encoded)
        if draft.isAtRest || draft.expiresMilliseconds != nil {
            fading.insert(draft.key)
        } else {
            fading.remove(draft.key)
        }
        if draft.key.kind == .presence, let user = draft.key.user {
            presence[user] = entry
        } else if let room = draft.key.room {
            replaceReceipts(of: room, by: draft.key.kind)
            rooms[room, default: [:]][draft.key] = entry
        }
        return encoded
    }

    package func contains(_ key: SignalKey) -> Bool { entry(key) != nil }

    private func entry(_ key: SignalKey) -> Entry? {
        if let room = key.room { return rooms[room]?[key] }
        return key.user.flatMap { presence[$0] }
    }

    private mutating func forget(_ key: SignalKey) {
        fading.remove(key)
        if let room = key.room {
            rooms[room]?[key] = nil
            if rooms[room]?.isEmpty == true { rooms[room] = nil }
        } else if let user = key.user {
            presence[user] = nil
        }
    }

    /// Each one's progress or everybody's: what a room's size makes of it, the other is over.
    private mutating func replaceReceipts(of room: RoomKey, by kind: SignalKind) {
        switch kind {
        case .receipt: forget(SignalKey(.receipts, room: room, user: nil))
        case .receipts:
            for key in (rooms[room] ?? [:]).keys where key.kind == .receipt { forget(key) }
        case .typing, .presence: break
        }
    }

    /// Somebody has left a room: nothing of theirs is told there any more. Who hears of the leaving drops it too.
    package mutating func forget(_ user: UserKey, in room: RoomKey) {
        forget(SignalKey(.typing, room: room, user: user))
        forget(SignalKey(.receipt, room: room, user: user))
        removePresent(user, from: room)
    }

    /// A user's presence as it was last set, unless that is at rest.
    package func presence(of user: UserKey) -> SignalDraft? {
        presence[user].flatMap { $0.draft.isAtRest ? nil : $0.draft }
    }

    /// Says in which rooms a user's presence is of interest.
    package mutating func setPresent(_ user: UserKey, in rooms: [RoomKey]) {
        for room in rooms { present[room, default: []].insert(user) }
    }

    package mutating func removePresent(_ user: UserKey, from room: RoomKey) {
        present[room]?.remove(user)
        if present[room]?.isEmpty == true { present[room] = nil }
    }

    /// Values of these rooms and of the people in them that changed after `since`; nil: all that are not at rest.
    package func values(in rooms: some Sequence<RoomKey>, since: Int64?) -> [EncodedSignal] {
        var found: [EncodedSignal] = []
        var seen: Set<UserKey> = []
        func take(_ entry: Entry) {
            if let since {
                if entry.encoded.version > since { found.append(entry.encoded) }
            } else if !entry.draft.isAtRest {
                found.append(entry.encoded)
            }
        }
        for room in rooms {
            if let entries = self.rooms[room] { for entry in entries.values { take(entry) } }
            for user in present[room] ?? [] where seen.insert(user).inserted {
                if let entry = presence[user] { take(entry) }
            }
        }
        return found.sorted { $0.version < $1.version }
    }

    /// Ends what has expired, and forgets what has been at rest for long. The drafts returned are to be set.
    package mutating func expire(now: Timestamp) -> [SignalDraft] {
        var ended: [SignalDraft] = []
        var gone: Set<UserKey> = []
        for key in fading {
            guard let entry = entry(key) else { continue }
            let age = now.milliseconds - entry.draft.at.milliseconds
            if let expires = entry.draft.expiresMilliseconds, age >= expires {
                ended.append(entry.draft.rested(at: now))
            } else if entry.draft.isAtRest, age >= Self.restMilliseconds {
                if key.kind == .presence, let user = key.user { gone.insert(user) }
                forget(key)
                floor = max(floor, entry.encoded.version)
            }
        }
        if !gone.isEmpty { for room in present.keys { present[room]?.subtract(gone) } }
        return ended
    }
}

extension SignalDraft {
    fileprivate func rested(at now: Timestamp) -> SignalDraft {
        SignalDraft(key: key, room: room, user: user, value: restValue, at: now, isAtRest: true)
    }

    fileprivate func encode(version: Int64) -> [UInt8] {
        var writer = JSONWriter(capacity: 128)
        writer.object {
            $0.member("type", key.kind.rawValue)
            if let room { $0.member("room", room) }
            if let user { $0.member("user", user) }
            $0.member("value", raw: value)
            $0.member("at", at)
            $0.member("v", version)
            if let expiresMilliseconds { $0.member("expires_ms", expiresMilliseconds) }
        }
        return writer.bytes
    }
}
