public import ApusWire

/// A message as its last change has left it.
public struct Message: Sendable, Equatable {
    public let room: String
    /// Its place in the room, from 1 without gaps.
    public let number: Int64
    /// Of its last change: an older event about it can be ignored.
    public let seq: Int64
    /// The author's id.
    public let by: String
    /// RFC 3339, UTC.
    public let at: String
    /// Nil if it was deleted.
    public let text: String?
    public let replyTo: Int64?
    public let editedAt: String?

    init?(_ json: JSONValue) {
        guard let room = json["room"]?.string, let number = json["number"]?.integer, let seq = json["seq"]?.integer,
            let by = json["by"]?.string, let at = json["at"]?.string
        else { return nil }
        self.init(
            room: room, number: number, seq: seq, by: by, at: at, text: json["text"]?.string,
            replyTo: json["reply_to"]?.integer, editedAt: json["edited_at"]?.string)
    }

    private init(
        room: String, number: Int64, seq: Int64, by: String, at: String, text: String?, replyTo: Int64?,
        editedAt: String?
    ) {
        self.room = room
        self.number = number
        self.seq = seq
        self.by = by
        self.at = at
        self.text = text
        self.replyTo = replyTo
        self.editedAt = editedAt
    }

    /// What a `message.created` tells; nil for any other event.
    public init?(_ event: Event) {
        guard event.type == "message.created", let room = event.room, let number = event.data["number"]?.integer else {
            return nil
        }
        self.init(
            room: room, number: number, seq: event.seq, by: event.by, at: event.at, text: event.data["text"]?.string,
            replyTo: event.data["reply_to"]?.integer, editedAt: nil)
    }
}

/// A stretch of a room's messages, in order.
public struct History: Sendable {
    public let messages: [Message]
    public let hasMoreBefore: Bool
    public let hasMoreAfter: Bool
}

/// What the server says when a message is on its disk.
public struct Posted: Sendable, Equatable {
    public let seq: Int64
    public let number: Int64
    public let at: String
    /// It was there already, under the same id.
    public let isRepeated: Bool
}
