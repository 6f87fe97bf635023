import ApusClient
import ApusWire

/// Rooms and people.
extension ChatState {
    var openRoom: ChatRoom? { rooms.first { $0.id == open } }

    func name(of user: String) -> String { people[user]?.displayName ?? user }

    func title(of room: ChatRoom) -> String {
        guard room.isDirect else { return room.name }
        let others = room.users.filter { $0 != me }
        return others.isEmpty ? name(of: me) : others.map { name(of: $0) }.joined(separator: ", ")
    }

    mutating func sync(_ snapshot: JSONValue) {
        me = snapshot["user"]?["id"]?.string ?? me
        for person in (snapshot["users"]?.array ?? []) + [snapshot["user"] ?? .null] {
            if let id = person["id"]?.string { know(id, person) }
        }
        seq = snapshot["seq"]?.integer ?? 0
        rooms = (snapshot["rooms"]?.array ?? []).compactMap { ChatRoom($0, seq: seq) }
        sort()
        isSynced = true
        let events = meanwhile ?? []
        meanwhile = nil
        for event in events { follow(event) }
        let again = openRoom?.id
        let wasStale = isStale
        isStale = false
        // Who only missed another room is not disturbed in this one.
        if wasStale, again != nil { return }
        open(again ?? rooms.first { $0.unread > 0 }?.id ?? rooms.first?.id)
    }

    mutating func know(_ user: String, _ json: JSONValue) {
        let name = json["name"]?.string ?? user
        let displayName = json["display_name"]?.string ?? ""
        // Only who lists people says what they are.
        let isHook = json["kind"].map { $0 == "hook" } ?? people[user]?.isHook ?? false
        people[user] = Person(name: name, displayName: displayName.isEmpty ? name : displayName, isHook: isHook)
    }

    /// Conversations with people stand below the rooms.
    private mutating func sort() {
        rooms = rooms.sorted { left, right in
            left.isDirect != right.isDirect ? right.isDirect : title(of: left) < title(of: right)
        }
    }

    mutating func take(_ event: Event) {
        meanwhile?.append(event)
        if isSynced { follow(event) }
    }

    private mutating func follow(_ event: Event) {
        if let room = event.room { timelines[room]?.apply(event) }
        guard event.seq > seq else { return }
        seq = event.seq
        switch event.type {
        case "user.updated", "member.joined":
            if let user = event.data["user"]?.string { know(user, .object(event.data)) }
        default: break
        }
        guard let room = event.room else { return }
        let user = event.data["user"]?.string ?? ""
        if event.type == "member.joined" { members[room]?.insert(user) }
        if event.type == "member.left" { members[room]?.remove(user) }
        let isMine = user == me
        if event.type == "member.left", isMine { return left(room) }
        if event.type == "member.joined", isMine { effects.append(.room(room, opens: false)) }
        if event.type.hasPrefix("message."), people[event.by] == nil { lookUp(event.by) }
        guard let index = rooms.firstIndex(where: { $0.id == room }) else { return }
        rooms[index].apply(event, me: me)
        if event.type == "room.updated" { sort() }
    }

    /// Once: the id stands for the name until it is known.
    mutating func lookUp(_ user: String) {
        people[user] = Person(name: user, displayName: user)
        effects.append(.name(user: user))
    }

    mutating func learnMembers(of room: String, _ json: JSONValue) {
        let people = json["members"]?.array ?? []
        for person in people { if let id = person["id"]?.string { know(id, person) } }
        membersAsked.remove(room)
        members[room] = Set(people.compactMap { $0["id"]?.string })
    }

    mutating func came(_ json: JSONValue, _ opens: Bool) {
        guard let room = ChatRoom(json) else { return }
        if let index = rooms.firstIndex(where: { $0.id == room.id }) { rooms[index] = room } else { rooms.append(room) }
        for user in room.users where people[user] == nil { lookUp(user) }
        sort()
        if opens || open == nil { open(room.id) }
    }

    private mutating func left(_ room: String) {
        rooms.removeAll { $0.id == room }
        timelines[room] = nil
        composers[room] = nil
        members[room] = nil
        membersAsked.remove(room)
        anchors[room] = nil
        if open == room { open(rooms.first?.id) }
    }

    mutating func open(_ room: String?) {
        if let open { timelines[open]?.newFrom = nil }
        open = room
        panel = nil
        guard let room, let opened = openRoom else { return }
        timelines[room, default: Timeline()].newFrom = opened.unread > 0 ? opened.read + 1 : nil
    }

    mutating func changeRoom(by step: Int) {
        guard !rooms.isEmpty else { return }
        let index = rooms.firstIndex { $0.id == open } ?? 0
        open(rooms[(index + step + rooms.count) % rooms.count].id)
    }

    /// What was said and is not on the server's disk yet stays.
    mutating func reset() {
        isSynced = false
        isStale = false
        meanwhile = nil
        anchors = [:]
        members = [:]
        membersAsked = []
        for (room, timeline) in timelines {
            timelines[room] = Timeline()
            timelines[room]?.pending = timeline.pending
        }
    }
}
