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
    /// Of the command that posted it, if it had one: by it a program knows its own.
    public let id: String?
    /// Nil if it was deleted.
    public let text: String?
    public let replyTo: Int64?
    public let editedAt: String?
    /// In the order in which each emoji was first used.
    public let reactions: [Reaction]

    public struct Reaction: Sendable, Equatable {
        public let emoji: String
        public let count: Int64
        /// Who they are: at most 50 of them, oneself first.
        public let users: [String]
    }

    init?(_ json: JSONValue) {
        guard let room = json["room"]?.string, let number = json["number"]?.integer, let seq = json["seq"]?.integer,
            let by = json["by"]?.string, let at = json["at"]?.string
        else { return nil }
        self.init(
            room: room, number: number, seq: seq, by: by, at: at, id: json["id"]?.string, text: json["text"]?.string,
            replyTo: json["reply_to"]?.integer, editedAt: json["edited_at"]?.string,
            reactions: (json["reactions"]?.array ?? []).map {
                Reaction(
                    emoji: $0["emoji"]?.string ?? "", count: $0["count"]?.integer ?? 0,
                    users: ($0["users"]?.array ?? []).compactMap(\.string))
            })
    }

    private init(
        room: String, number: Int64, seq: Int64, by: String, at: String, id: String?, text: String?, replyTo: Int64?,
        editedAt: String?, reactions: [Reaction]
    ) {
        self.room = room
        self.number = number
        self.seq = seq
        self.by = by
        self.at = at
        self.id = id
        self.text = text
        self.replyTo = replyTo
        self.editedAt = editedAt
        self.reactions = reactions
    }

    /// What a `message.created` tells; nil for any other event.
    public init?(_ event: Event) {
        guard event.type == "message.created", let room = event.room, let number = event.data["number"]?.integer else {
            return nil
        }
        self.init(
            room: room, number: number, seq: event.seq, by: event.by, at: event.at, id: event.id,
            text: event.data["text"]?.string, replyTo: event.data["reply_to"]?.integer, editedAt: nil, reactions: [])
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

extension Posted {
    init(_ ok: JSONObject) {
        self.init(
            seq: ok["seq"]?.integer ?? 0, number: ok["number"]?.integer ?? 0, at: ok["at"]?.string ?? "",
            isRepeated: ok["repeated"]?.bool ?? false)
    }
}
