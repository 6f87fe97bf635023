package import ApusWire

package enum PresenceState: String, Sendable {
    case online, away, offline
}

/// Who is here: anybody with a live reader, or whose last one left less than a lease ago. No I/O; the clock comes in.
package struct PresenceBook: Sendable {
    private struct Entry: Sendable {
        var id: String
        var readers = 0
        var leaseEnd = Timestamp(milliseconds: 0)
        var isAway = false
        var announced = PresenceState.offline
    }

    private var entries: [UserKey: Entry] = [:]
    private var changed: Set<UserKey> = []

    package init() {}

    package mutating func opened(_ user: UserKey, id: String) {
        entries[user, default: Entry(id: id)].readers += 1
        changed.insert(user)
    }

    /// A reader ended; the user stays present until `leaseEnd` or the end of an earlier, longer lease.
    package mutating func closed(_ user: UserKey, leaseEnd: Timestamp) {
        guard var entry = entries[user] else { return }
        entry.readers -= 1
        entry.leaseEnd = max(entry.leaseEnd, leaseEnd)
        entries[user] = entry
    }

    /// What the user says of themselves. Holds until they are offline.
    package mutating func setAway(_ isAway: Bool, _ user: UserKey, id: String, leaseEnd: Timestamp) {
        var entry = entries[user] ?? Entry(id: id)
        entry.isAway = isAway
        entry.leaseEnd = max(entry.leaseEnd, leaseEnd)
        entries[user] = entry
        changed.insert(user)
    }

    /// Their rooms were not known when their state was announced: nobody has heard it.
    package mutating func announceAgain(_ user: UserKey) {
        entries[user]?.announced = .offline
        changed.insert(user)
    }

    package func contains(_ user: UserKey) -> Bool { entries[user] != nil }

    /// Ends leases and returns whose state is not what was announced. Called about once a second, so that a thousand
    /// people arriving at once are one change for each reader, not a thousand.
    package mutating func changes(now: Timestamp) -> [(user: UserKey, id: String, state: PresenceState)] {
        for (user, entry) in entries where entry.readers == 0 && entry.leaseEnd <= now { changed.insert(user) }
        var result: [(user: UserKey, id: String, state: PresenceState)] = []
        for user in changed {
            guard var entry = entries[user] else { continue }
            let isHere = entry.readers > 0 || entry.leaseEnd > now
            let state: PresenceState = isHere ? (entry.isAway ? .away : .online) : .offline
            if state != entry.announced { result.append((user, entry.id, state)) }
            entry.announced = state
            entries[user] = isHere ? entry : nil
        }
        changed = []
        return result
    }
}
