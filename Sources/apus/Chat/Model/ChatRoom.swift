import ApusWire

/// A room that one is in, as the column of rooms shows it.
struct ChatRoom: Equatable, Sendable {
    let id: String
    let kind: String
    var name: String
    var topic: String
    var isArchived: Bool
    var members: Int64
    /// The people of a direct room.
    let users: [String]
    var head: Int64
    var read: Int64
    var mentions: Int64
    /// Where this was true; older events have nothing new.
    private var seq: Int64

    /// - Parameter seq: of the whole that it is part of, unless it has its own.
    init?(_ json: JSONValue, seq: Int64 = 0) {
        guard let id = json["room"]?.string else { return nil }
        self.id = id
        self.seq = json["seq"]?.integer ?? seq
        kind = json["kind"]?.string ?? ""
        name = json["name"]?.string ?? ""
        topic = json["topic"]?.string ?? ""
        isArchived = json["archived"]?.bool ?? false
        members = json["members"]?.integer ?? 0
        users = (json["users"]?.array ?? []).compactMap(\.string)
        head = json["head"]?.integer ?? 0
        read = json["read"]?.integer ?? 0
        mentions = json["mentions"]?.integer ?? 0
    }

    var isDirect: Bool { kind == "direct" }
    var unread: Int64 { max(0, head - read) }

    mutating func wasRead(upTo number: Int64) {
        read = max(read, number)
        // How many of those in between were mentions, only the server knows; with nothing unread there is none.
        if unread == 0 { mentions = 0 }
    }

    mutating func apply(_ event: Event, me: String) {
        guard event.seq > seq else { return }
        let data = event.data
        switch event.type {
        case "message.created":
            guard let number = data["number"]?.integer, number > head else { return }
            head = number
            let mentioned = (data["mentions"]?.array ?? []).compactMap(\.string)
            if event.by != me, mentioned.contains(me) || mentioned.contains("all") { mentions += 1 }
        case "room.updated":
            if let name = data["name"]?.string { self.name = name }
            if let topic = data["topic"]?.string { self.topic = topic }
        case "room.archived": isArchived = data["archived"]?.bool ?? true
        case "member.joined": members += 1
        case "member.left": members -= 1
        default: break
        }
    }
}
