package import ApusWire
import DequeModule
import NIOCore

/// Why a reader was not let in.
package enum Refusal: Sendable, Equatable {
    case reset(Reset)
    case tooManyStreams(limit: Int)
}

extension HubState {
    struct Attachment: Sendable {
        let delivery: Delivery
        /// Where the reader starts.
        let start: Int64
        /// The user's rooms within the reader's scope.
        let rooms: [RoomKey]
        /// The signal version of the token the reader gave; nil: it needs them all.
        let signalsSince: Int64?
        let sent: SentPosition?
        let wake: UInt64
    }

    enum AttachResult: Sendable {
        case attached(Attachment)
        case refused(Refusal)
        /// The user's stays are needed first.
        case needsVisibility
    }

    /// Lets a reader in, at once and completely: its loop's mail is taken, so that the loop stands at the published
    /// head, and interest is noted, so that everything after it comes by mail.
    mutating func attach(_ id: UInt64, _ request: ReaderRequest, half: Int, now: NIODeadline) -> AttachResult {
        let start = request.cursor?.seq ?? published
        if let cursor = request.cursor,
            let reason = epochs.refusal(of: cursor, head: published, maximumCatchUp: configuration.maximumCatchUp)
        {
            return .refused(.reset(reset(reason)))
        }
        guard let user = users[request.identity.key] else { return .needsVisibility }
        let clientKey = request.client.map { ClientKey(user: request.identity.key, client: $0, kind: request.kind) }
        let older = request.probes ? nil : clientKey.flatMap { clients[$0] }
        // As many probes may be open besides: they cost what a stream does, but take nothing from it.
        let open = request.probes ? user.readers - user.streams : user.streams
        if configuration.streamsPerUser > 0, open >= configuration.streamsPerUser, older == nil {
            return .refused(.tooManyStreams(limit: configuration.streamsPerUser))
        }
        var posted: UInt64 = 0
        if let clientKey, !request.probes { clients[clientKey] = ReaderAddress(half: half, reader: id) }
        if let older {
            posted |= post(to: 1 << UInt64(older.half)) { $0.endings.append((older.reader, Bye(.replaced))) }
        }
        let bit: UInt64 = 1 << UInt64(half)
        let rooms = user.visibility.rooms(after: published).filter { request.scope.contains($0) }
        if !request.probes {
            for room in rooms { interest.rooms[room, default: 0] |= bit }
            interest.users[request.identity.key, default: 0] |= bit
        }
        users[request.identity.key]?.readers += 1
        if !request.probes { users[request.identity.key]?.streams += 1 }
        users[request.identity.key]?.idleSince = nil
        if !request.observes, !request.probes {
            presence.opened(request.identity.key, id: request.identity.id)
            if request.wait != nil, let cursor = request.cursor {
                acks.record(request.identity.key, request.scope, cursor.seq)
            }
        }
        let position =
            request.kind == .sse
            ? SentPosition(user: request.identity.key, scope: request.scope, observes: request.observes, seq: start)
            : nil
        if let position, !request.probes { sent[id] = position }
        // Of a room that was joined after the cursor the token's owner knows no signals at all.
        let hasJoinedSince = user.visibility.stays.values.contains { $0.contains { $0.from > start } }
        return .attached(
            Attachment(
                delivery: take(half), start: start, rooms: rooms,
                signalsSince: hasJoinedSince ? nil : version(of: request.signals),
                sent: position, wake: wake(posted, now: now)))
    }

    /// A reader is gone. `rooms` and `isLastOfUser` say what its loop has no other reader for. False when the loop stays
    /// interested in that for now.
    mutating func detach(
        _ id: UInt64, _ request: ReaderRequest, half: Int, emptied rooms: [RoomKey], isLastOfUser: Bool,
        wall: Timestamp, now: NIODeadline
    ) -> Bool {
        let key = request.identity.key
        users[key]?.readers -= 1
        if !request.probes { users[key]?.streams -= 1 }
        if users[key]?.readers == 0 { users[key]?.idleSince = now }
        if request.kind == .sse { sent[id] = nil }
        if let client = request.client, !request.probes {
            let name = ClientKey(user: key, client: client, kind: request.kind)
            if clients[name] == ReaderAddress(half: half, reader: id) { clients[name] = nil }
        }
        if !request.observes, !request.probes {
            let lease = request.wait == nil ? configuration.streamLease : configuration.pollLease
            presence.closed(key, leaseEnd: Timestamp(milliseconds: wall.milliseconds + lease.nanoseconds / 1_000_000))
        }
        return dropInterest(in: rooms, of: isLastOfUser ? [key] : [], half: half)
    }

    /// Forgets what a loop was interested in; not while events wait for it, for a joining among them may be about to
    /// need it, and then false. A room that stays wakes the loop once more, and is dropped then; a user is the loop's to
    /// remember.
    mutating func dropInterest(in rooms: some Sequence<RoomKey>, of users: some Sequence<UserKey>, half: Int) -> Bool {
        guard mail[half].events.isEmpty else { return false }
        interest.drop(rooms, bit: 1 << UInt64(half))
        for user in users { interest.drop(user, bit: 1 << UInt64(half)) }
        return true
    }

    /// Takes in what the log said about a user at `head`. False when too much has happened since: read again.
    mutating func install(_ visibility: Visibility, head: Int64, now: NIODeadline) -> Bool {
        if users[visibility.user] != nil { return true }
        var visibility = visibility
        if head < published {
            guard let missed = ring.events(after: head, through: published) else { return false }
            for event in missed {
                if let change = event.membership, case .room(let room) = event.audience {
                    visibility.apply(change, room: room, seq: event.seq)
                }
            }
        }
        users[visibility.user] = User(visibility: visibility, idleSince: now)
        presence.announceAgain(visibility.user)
        return true
    }

    enum Tail: Sendable {
        case events(LogPage)
        case onDisk(Visibility)
    }

    /// What an attached reader has missed in `(after, through]`, from the ring if that reaches back far enough.
    func tail(of request: ReaderRequest, after: Int64, through: Int64) -> Tail {
        let visibility = users[request.identity.key]!.visibility  // nobody with a reader is forgotten
        guard let events = ring.events(after: after, through: through) else { return .onDisk(visibility) }
        var page: [EncodedEvent] = []
        var bytes = 0
        for event in events
        where request.scope.contains(event.audience) && visibility.sees(event) {
            // One batch at a time: the lock is not held for a reader that is far behind.
            if !page.isEmpty, page.count >= request.limit || bytes + event.json.count > maximumBatchBytes {
                return .events(LogPage(events: page, through: page[page.count - 1].seq))
            }
            page.append(event)
            bytes += event.json.count
        }
        return .events(LogPage(events: page, through: through))
    }

    /// The signals that a reader may see, changed after `since`.
    func signals(for request: ReaderRequest, since: Int64?) -> (values: [EncodedSignal], version: Int64) {
        guard let visibility = users[request.identity.key]?.visibility else { return ([], signals.version) }
        let rooms = visibility.rooms(after: published).lazy.filter { request.scope.contains($0) }
        return (signals.values(in: rooms, since: since), signals.version)
    }

    func token(_ version: Int64) -> String { "\(epochs.current.name)-\(version)" }

    /// The version that a token names, if it is one of this life of the server and nothing since is forgotten.
    private func version(of token: String?) -> Int64? {
        guard let cursor = token.flatMap({ Cursor($0) }), cursor.epoch == epochs.current.name,
            (signals.floor...signals.version).contains(cursor.seq)
        else { return nil }
        return cursor.seq
    }

    func reset(_ reason: Reset.Reason) -> Reset {
        Reset(
            reason: reason, cursor: Cursor(epoch: epochs.current.name, seq: published),
            spreadMilliseconds: configuration.spread.nanoseconds / 1_000_000)
    }
}
