package import ApusWire

/// A change of who is in a room, carried by the event that tells of it.
package enum MembershipChange: Sendable, Hashable {
    case joined(UserKey)
    case left(UserKey)
}

/// One durable fact as the log keeps it.
package struct LogEvent: Sendable {
    package var seq: Int64
    package var audience: Audience
    package var type: String
    /// The room's name on the wire; nil where the event belongs to no room.
    package var room: String?
    /// The wire id of the user who caused it.
    package var by: String
    package var at: Timestamp
    /// The command's id, so that a client recognises its own.
    package var id: String?
    /// One JSON object.
    package var data: [UInt8]
    /// The event's place in its room's own gapless count, for the kinds that are counted.
    package var number: Int64?
    package var membership: MembershipChange?
    /// The seq of the earlier event that this one changes: what is purged is found by it.
    package var about: Int64?
    /// Seen only by who could also see what happened at this earlier seq.
    package var witness: Int64?

    package init(
        seq: Int64, audience: Audience, type: String, room: String?, by: String, at: Timestamp, id: String?,
        data: [UInt8], number: Int64? = nil, membership: MembershipChange? = nil, about: Int64? = nil,
        witness: Int64? = nil
    ) {
        self.seq = seq
        self.audience = audience
        self.type = type
        self.room = room
        self.by = by
        self.at = at
        self.id = id
        self.data = data
        self.number = number
        self.membership = membership
        self.about = about
        self.witness = witness
    }

    /// The event as every reader gets it, encoded once.
    package var encoded: EncodedEvent {
        // Enough at once: the ring keeps these bytes, and would keep what growing doubles.
        let names = type.utf8.count + by.utf8.count + (room?.utf8.count ?? 0) + (id?.utf8.count ?? 0)
        var writer = JSONWriter(capacity: 112 + names + data.count)
        writer.object {
            $0.member("seq", seq)
            $0.member("type", type)
            if let room { $0.member("room", room) }
            $0.member("by", by)
            $0.member("at", at)
            if let id { $0.member("id", id) }
            $0.member("data", raw: data)
        }
        return EncodedEvent(
            seq: seq, audience: audience, number: number, membership: membership, witness: witness, json: writer.bytes)
    }
}

/// An event ready to be sent, with as much of it as routing needs.
package struct EncodedEvent: Sendable {
    package let seq: Int64
    package let audience: Audience
    package let number: Int64?
    package let membership: MembershipChange?
    package let witness: Int64?
    package let json: [UInt8]

    package init(
        seq: Int64, audience: Audience, number: Int64?, membership: MembershipChange?, witness: Int64? = nil,
        json: [UInt8]
    ) {
        self.seq = seq
        self.audience = audience
        self.number = number
        self.membership = membership
        self.witness = witness
        self.json = json
    }
}
