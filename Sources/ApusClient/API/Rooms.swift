import ApusWire

/// A room that one is a member of.
public struct Room: Sendable, Equatable {
    /// What commands and events name it by.
    public let id: String
    /// `public`, `private` or `direct`.
    public let kind: String
    /// For people; empty for a direct room, which is shown by its people.
    public internal(set) var name: String
    public internal(set) var topic: String
    public internal(set) var isArchived: Bool
    /// The people of a direct room.
    public let users: [String]
    /// The number of its last message, and of the last one that was read.
    public internal(set) var head: Int64
    public internal(set) var read: Int64

    public var unread: Int64 { max(0, head - read) }

    init?(_ json: JSONValue) {
        guard let id = json["room"]?.string else { return nil }
        self.id = id
        kind = json["kind"]?.string ?? ""
        name = json["name"]?.string ?? ""
        topic = json["topic"]?.string ?? ""
        isArchived = json["archived"]?.bool ?? false
        users = (json["users"]?.array ?? []).compactMap(\.string)
        head = json["head"]?.integer ?? 0
        read = json["read"]?.integer ?? 0
    }
}

/// The rooms of a snapshot, kept true by the events after it.
struct Rooms {
    private let me: String
    private let seq: Int64
    private(set) var list: [Room]
    /// One came in somewhere: only a new snapshot knows what is there.
    private(set) var isStale = false

    init(_ sync: JSONValue) {
        me = sync["user"]?["id"]?.string ?? ""
        seq = sync["seq"]?.integer ?? 0
        list = (sync["rooms"]?.array ?? []).compactMap { Room($0) }
    }

    /// The stream may still be on its way to where the snapshot was taken.
    mutating func apply(_ event: Event) {
        guard event.seq > seq else { return }
        let data = event.data
        if data["user"]?.string == me {
            switch event.type {
            case "member.joined": isStale = true
            case "member.left": list.removeAll { $0.id == event.room }
            default: break
            }
        }
        guard let index = list.firstIndex(where: { $0.id == event.room }) else { return }
        switch event.type {
        case "message.created":
            list[index].head = max(list[index].head, data["number"]?.integer ?? 0)
        case "room.created", "room.updated":
            if let name = data["name"]?.string { list[index].name = name }
            if let topic = data["topic"]?.string { list[index].topic = topic }
        case "room.archived": list[index].isArchived = data["archived"]?.bool ?? true
        default: break
        }
    }

    mutating func follow(_ change: (inout Rooms) -> Void) { change(&self) }

    /// A receipt of one's own, from whichever device.
    mutating func apply(_ signal: Signal) {
        guard signal.type == "receipt", signal.user == me else { return }
        read(signal.value["read"]?.integer, in: signal.room)
    }

    /// The answer to one's own command: in a large room there is no receipt of one member.
    mutating func read(_ number: Int64?, in room: String?) {
        guard let number, let index = list.firstIndex(where: { $0.id == room }) else { return }
        list[index].read = max(list[index].read, number)
    }
}
