import ApusClient
import ApusWire

/// What begins with a slash.
extension ChatState {
    static let help = [
        "Enter           says it; Alt+Enter, Ctrl+J: a new line",
        "Up              edits your last message",
        "Esc             leaves an edit, a reply, this page",
        "PgUp, PgDn      older, newer; Esc: the newest",
        "Ctrl+N, Ctrl+P  next, previous room; Alt+Down, Alt+Up",
        "Ctrl+W, Ctrl+U  take back a word, a line",
        "Ctrl+C          takes back all, or quits; Ctrl+L redraws",
        "/join           shows the public rooms; /join ROOM",
        "/create ROOM    makes a public room; /leave leaves it",
        "/dm NAME        talks to one person",
        "/who            who is in this room, and who is here",
        "/search WORDS   finds messages",
        "/reply N        answers message #N; /reply N TEXT",
        "/delete         deletes your last message; /delete N",
        "/retry          sends what was refused; /discard drops it",
        "/quit           quits; //text says /text",
        "… waits for the network   ✓ is on the server's disk",
        "✓✓ has reached everybody  ✓✓ read: by everybody",
    ]

    mutating func run(_ line: String) {
        let parts = line.dropFirst().split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts.first.map(String.init) ?? ""
        let argument = parts.count > 1 ? String(parts[1]).trimmed : ""
        let room = argument.hasPrefix("#") ? String(argument.dropFirst()) : argument
        switch name {
        case "help": panel = Panel(title: "Keys and commands (Esc closes)", lines: Self.help)
        case "quit": effects.append(.quit)
        case "join": effects.append(room.isEmpty ? .publicRooms : .join(room))
        case "create" where !room.isEmpty: effects.append(.create(room))
        case "who": inRoom { $0.showMembers(of: $1) }
        case "leave": inRoom { $0.effects.append(.leave($1)) }
        case "dm" where !argument.isEmpty: talk(to: argument)
        case "search" where !argument.isEmpty: effects.append(.search(argument))
        case "reply": reply(argument)
        case "delete": delete(argument)
        case "retry": again { .post(id: $1.id, room: $0, text: $1.text, replyTo: $1.replyTo) }
        case "discard": again { .discard(id: $1.id) }
        case "create": notice = "/create needs a name for the room: /create lunch"
        case "dm": notice = "/dm needs a person's name: /dm alice"
        case "search": notice = "/search needs what to look for: /search green build"
        default: notice = "There is no command /\(name). /help lists them; //\(name) says it."
        }
    }

    private mutating func inRoom(_ work: (inout ChatState, String) -> Void) {
        guard let open else { return notice = "You are in no room yet: /join ROOM enters one, /create ROOM makes one." }
        work(&self, open)
    }

    private mutating func talk(to argument: String) {
        let name = argument.hasPrefix("@") ? String(argument.dropFirst()) : argument
        let found = people.filter { $0.value.name == name.lowercased() }.keys.sorted()
        let shown = found.isEmpty ? people.filter { $0.value.displayName == name }.keys.sorted() : found
        switch shown.count {
        case 0: notice = "Nobody called \(name) is in your rooms."
        case 1 where shown[0] == me: notice = "That is you."
        case 1: effects.append(.direct(user: shown[0]))
        default:
            notice = "Several are called \(name): \(shown.compactMap { people[$0]?.name }.joined(separator: ", "))."
        }
    }

    private mutating func reply(_ argument: String) {
        let parts = argument.split(separator: " ", maxSplits: 1)
        inRoom { state, room in
            guard let number = parts.first.flatMap({ Self.number($0) }),
                let message = state.timelines[room]?.message(number), message.text != nil
            else {
                return state.notice = "/reply needs the number of a message above: /reply 57"
            }
            if parts.count > 1 { return state.say(String(parts[1]), in: room, replyTo: number) }
            state.composer = Composer("", .reply(number))
        }
    }

    private mutating func delete(_ argument: String) {
        inRoom { state, room in
            let timeline = state.timelines[room] ?? Timeline()
            let own = timeline.messages.last { $0.by == state.me && $0.text != nil }?.number
            guard let number = argument.isEmpty ? own : Self.number(argument[...]) else {
                let what =
                    argument.isEmpty ? "You have said nothing here that could be deleted." : "/delete 57 deletes #57."
                return state.notice = what
            }
            state.effects.append(.delete(room: room, number: number))
        }
    }

    /// The newest of the open room's that were refused: sent again, or dropped.
    private mutating func again(_ effect: (String, PendingMessage) -> ChatEffect) {
        inRoom { state, room in
            var pending = state.timelines[room]?.pending ?? []
            guard let index = pending.lastIndex(where: { if case .failed = $0.state { true } else { false } }) else {
                return state.notice = "Nothing was refused here."
            }
            var message = pending.remove(at: index)
            let effect = effect(room, message)
            if case .post = effect {
                message.state = .queued
                pending.append(message)
            }
            state.timelines[room]?.pending = pending
            state.effects.append(effect)
        }
    }

    private static func number(_ text: Substring) -> Int64? { Int64(text.hasPrefix("#") ? text.dropFirst() : text) }

    // MARK: what commands show

    private mutating func showMembers(of room: String) {
        let people = (members[room] ?? []).map { user in
            (name: self.people[user]?.name ?? user, shown: name(of: user), isHere: isHere(user))
        }
        let lines = people.sorted { ($0.isHere ? 0 : 1, $0.name) < ($1.isHere ? 0 : 1, $1.name) }.map { person in
            let name = person.shown == person.name ? "" : " (\(person.name))"
            return "\(person.isHere ? "● here " : "○ away ") \(person.shown)\(name)"
        }
        panel = Panel(title: "Who is in this room (Esc closes)", lines: lines.isEmpty ? ["Not known yet."] : lines)
    }

    mutating func show(publicRooms json: JSONValue) {
        let lines = (json["rooms"]?.array ?? []).map { room in
            let slug = room["room"]?.string ?? ""
            let isMember = room["member"]?.bool == true
            let topic = room["topic"]?.string ?? ""
            return "\(isMember ? "✓" : " ") \(slug)  \(room["members"]?.integer ?? 0) people  \(topic)"
        }
        let empty = ["There is none yet. /create ROOM makes one."]
        panel = Panel(title: "Public rooms: /join ROOM (Esc closes)", lines: lines.isEmpty ? empty : lines)
    }

    mutating func show(_ messages: [Message], for words: String) {
        for message in messages where people[message.by] == nil { lookUp(message.by) }
        let lines = messages.map { message in
            let room = rooms.first { $0.id == message.room }.map { title(of: $0) } ?? message.room
            let moment = LocalTime(message.at, in: timeZone)
            return
                "\(moment.day) \(moment.time) \(room) #\(message.number) \(name(of: message.by)): \(message.text ?? "")"
        }
        panel = Panel(
            title: "Found for \(words) (Esc closes)",
            lines: lines.isEmpty ? ["Nothing in your rooms says that."] : lines)
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
