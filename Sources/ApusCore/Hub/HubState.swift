import ApusWire
import DequeModule
import NIOCore

/// What the loops share: the published head, the ring, who wants to hear of what, and the mailboxes. No I/O: the hub
/// keeps it under one lock, taken once per published run, once for each loop that drains its mail of it, once per reader
/// that comes, goes or catches up, and per tick; never per delivery. Because the writer posts and readers attach under
/// the same lock, an attached reader gets every event past its position by mail.
struct HubState: Sendable {
    struct User: Sendable {
        var visibility: Visibility
        var readers = 0
        /// Of the readers those that count against the limit: all but probes.
        var streams = 0
        var idleSince: NIODeadline?
    }

    struct ClientKey: Hashable {
        let user: UserKey
        let client: String
        let kind: TransportKind
    }

    struct ReaderAddress: Hashable {
        let half: Int
        let reader: UInt64
    }

    let configuration: HubConfiguration
    let epochs: Epochs
    var published: Int64
    var ring: Ring
    var users: [UserKey: User] = [:]
    var interest: Interest
    var mail: [Mail]
    /// Loops for which a drain is on its way.
    var scheduled: UInt64 = 0
    var signals = SignalMap()
    /// Rooms whose stored receipts are in the map.
    var roomsWithReceipts: Set<RoomKey> = []
    var presence = PresenceBook()
    var acks = AckBook()
    var clients: [ClientKey: ReaderAddress] = [:]
    var sent: [UInt64: SentPosition] = [:]
    var nextReader: UInt64 = 1

    init(configuration: HubConfiguration, epochs: Epochs, head: Int64, halves: Int) {
        self.configuration = configuration
        self.epochs = epochs
        published = head
        ring = Ring(
            floor: head, maximumEvents: configuration.ringEvents, maximumBytes: configuration.ringBytes)
        interest = Interest(halves: halves)
        mail = Array(repeating: Mail(), count: halves)
    }

    // MARK: publishing

    /// Takes in a run of committed events and what goes with it; returns the loops to wake.
    mutating func publish(
        _ events: [EncodedEvent], purged: [EncodedEvent] = [], signals drafts: [SignalDraft],
        replies: [AddressedReplies], now: NIODeadline
    ) -> UInt64 {
        var posted: UInt64 = 0
        for event in events {
            precondition(event.seq == published + 1, "the log is published in order and without a gap")
            published = event.seq
            ring.append(event)
            if let change = event.membership, case .room(let room) = event.audience {
                posted |= apply(change, room, event.seq)
            }
            posted |= post(to: interest.mask(event)) { $0.events.append(event) }
        }
        for event in purged { replace(event) }
        for draft in drafts { posted |= publish(draft) }
        for reply in replies { posted |= post(to: 1 << UInt64(reply.address.half)) { $0.replies.append(reply) } }
        return wake(posted, now: now)
    }

    /// What is purged is gone from memory too, also where it has not been delivered yet.
    private mutating func replace(_ event: EncodedEvent) {
        ring.replace(event)
        for half in mail.indices {
            for place in mail[half].events.indices where mail[half].events[place].seq == event.seq {
                mail[half].events[place] = event
            }
        }
    }

    private mutating func apply(_ change: MembershipChange, _ room: RoomKey, _ seq: Int64) -> UInt64 {
        switch change {
        case .joined(let user):
            guard users[user] != nil else { return 0 }
            users[user]?.visibility.apply(change, room: room, seq: seq)
            // Later events of the room must reach the loop even before it has drained this one.
            if let loops = interest.users[user] { interest.rooms[room, default: 0] |= loops }
            guard let draft = signals.presence(of: user) else { return 0 }
            signals.setPresent(user, in: [room])
            return publish(draft)
        case .left(let user):
            users[user]?.visibility.apply(change, room: room, seq: seq)
            signals.forget(user, in: room)
            return 0
        }
    }

    /// Gives the draft its version and posts it to whoever is interested.
    mutating func publish(_ draft: SignalDraft) -> UInt64 {
        let signal = signals.set(draft)
        let rooms: [RoomKey]
        if let room = draft.key.room {
            rooms = [room]
        } else {
            rooms = draft.key.user.flatMap { users[$0]?.visibility.rooms(after: published) } ?? []
        }
        let mask = rooms.reduce(UInt64(0)) { $0 | (interest.rooms[$1] ?? 0) }
        return post(to: mask) { $0.signals.append(RoutedSignal(signal: signal, rooms: rooms)) }
    }

    mutating func post(to mask: UInt64, _ put: (inout Mail) -> Void) -> UInt64 {
        var rest = mask
        while rest != 0 {
            put(&mail[rest.trailingZeroBitCount])
            rest &= rest - 1
        }
        return mask
    }

    /// Of the loops that got mail, those without a drain on its way; they have one now.
    mutating func wake(_ posted: UInt64, now: NIODeadline) -> UInt64 {
        var rest = posted
        while rest != 0 {
            if mail[rest.trailingZeroBitCount].since == nil { mail[rest.trailingZeroBitCount].since = now }
            rest &= rest - 1
        }
        let fresh = posted & ~scheduled
        scheduled |= fresh
        return fresh
    }

    /// Empties a loop's mailbox. Whoever takes it is at the published head.
    mutating func take(_ half: Int) -> Delivery {
        defer { mail[half] = Mail() }
        return Delivery(mail: mail[half], position: published, signalVersion: signals.version)
    }

    // MARK: time

    /// What the clock brings about: presence, typing that ends, memories that fade. Returns the loops to wake.
    mutating func tick(wall: Timestamp, now: NIODeadline) -> UInt64 {
        var posted: UInt64 = 0
        for change in presence.changes(now: wall) {
            let rooms = users[change.user]?.visibility.rooms(after: published) ?? []
            signals.setPresent(change.user, in: rooms)
            var writer = JSONWriter()
            writer.string(change.state.rawValue)
            posted |= publish(
                SignalDraft(
                    key: SignalKey(.presence, room: nil, user: change.user), room: nil, user: change.id,
                    value: writer.bytes, at: wall, isAtRest: change.state == .offline))
        }
        for draft in signals.expire(now: wall) { posted |= publish(draft) }
        for (key, user) in users {
            guard let since = user.idleSince, user.readers == 0, !presence.contains(key) else { continue }
            if now - since > configuration.idleUser { users[key] = nil }
        }
        return wake(posted, now: now)
    }
}
