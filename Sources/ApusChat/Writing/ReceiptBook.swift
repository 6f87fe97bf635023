package import ApusCore
package import ApusWire

/// In larger rooms nobody is told of single members, but how far all of them are.
package let smallRoomMembers: Int64 = 50

/// Whose receipts have changed since they were last told: at most once a second for a room, whatever happens in it.
struct ReceiptBook {
    private var changed: Set<MemberKey> = []

    var isEmpty: Bool { changed.isEmpty }

    mutating func insert(_ members: Set<MemberKey>) { changed.formUnion(members) }

    /// Stores what has arrived at clients, and returns the receipts to tell.
    mutating func take(
        _ acks: [AckBook.Ack], from store: any ChatTransaction, at now: Timestamp
    ) throws -> [SignalDraft] {
        for ack in acks {
            for room in try store.delivered(upTo: ack.seq, to: ack.user, in: ack.scope) {
                changed.insert(MemberKey(room: room, user: ack.user))
            }
        }
        defer { changed = [] }
        var drafts: [SignalDraft] = []
        var large: Set<RoomKey> = []
        for member in changed {
            guard let room = try store.room(member.room) else { continue }
            if room.memberCount > smallRoomMembers {
                if large.insert(room.key).inserted {
                    drafts.append(.receipts(room, try store.leastProgress(in: room.key), at: now))
                }
            } else if let (user, progress) = try store.progress(of: member.user, in: room.key), progress != .atRest {
                drafts.append(.receipt(room, member.user, user, progress, at: now))
            }
        }
        return drafts
    }
}

extension SignalDraft {
    /// One member's progress.
    package static func receipt(
        _ room: Room, _ user: UserKey, _ id: String, _ progress: Progress, at: Timestamp
    ) -> SignalDraft {
        var writer = JSONWriter(capacity: 48)
        writer.object {
            $0.member("delivered", progress.delivered)
            $0.member("read", progress.read)
        }
        return SignalDraft(
            key: SignalKey(.receipt, room: room.key, user: user), room: room.slug, user: id, value: writer.bytes,
            at: at, isAtRest: progress == .atRest)
    }

    /// How far all members of a large room are.
    package static func receipts(_ room: Room, _ progress: Progress, at: Timestamp) -> SignalDraft {
        var writer = JSONWriter(capacity: 64)
        writer.object {
            $0.member("delivered_by_all", progress.delivered)
            $0.member("read_by_all", progress.read)
        }
        return SignalDraft(
            key: SignalKey(.receipts, room: room.key, user: nil), room: room.slug, user: nil, value: writer.bytes,
            at: at, isAtRest: progress == .atRest)
    }
}
