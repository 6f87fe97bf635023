import ApusClient
import ApusWire

/// What covers the messages for a while. Its lines are made from the state as it is: a name that is found out, somebody
/// who comes, is seen there, too.
struct Panel: Equatable, Sendable {
    enum Content: Equatable, Sendable {
        case help
        case publicRooms([JSONValue])
        case members(room: String)
        /// Nil while the server looks.
        case found(words: String, [Message]?)
    }

    let content: Content
    /// The first row that is shown.
    var top = 0

    init(_ content: Content) { self.content = content }
}

extension ChatState {
    /// How many the server finds at most if nothing is said.
    private static let searchPage = 20

    static let help = [
        "Enter           says it; Alt+Enter, Ctrl+J: a new line",
        "Up              edits your last message; Esc leaves that",
        "PgUp, PgDn      older, newer; Esc: the newest",
        "Ctrl+N, Ctrl+P  next, previous room; Alt+Down, Alt+Up",
        "Ctrl+W, Ctrl+U  take back a word, a line; Ctrl+L redraws",
        "Ctrl+C          takes back all, or quits",
        "/join           shows the public rooms; /join ROOM",
        "/create ROOM    makes a public room; /leave leaves it",
        "/dm NAME        talks to one person",
        "/who            who is in this room, and who is here",
        "/search WORDS   finds messages",
        "/reply N        answers message #N; /reply N TEXT",
        "/react N 👍     reacts to #N; once more takes it back",
        "/edit N         edits your message #N; /edit N TEXT",
        "/delete N       deletes #N; without N your last message",
        "/retry          sends what was refused; /discard drops it",
        "/quit           quits; //text says /text",
        "… waits for the network   ✓ is on the server's disk",
        "✓✓ has reached everybody  ✓✓ read: by everybody",
    ]

    func title(of panel: Panel) -> String {
        switch panel.content {
        case .help: "Keys and commands (Esc closes)"
        case .publicRooms: "Public rooms: /join ROOM (Esc closes)"
        case .members: "Who is in this room (Esc closes)"
        case .found(let words, _): "Found for \(words) (Esc closes)"
        }
    }

    func lines(of panel: Panel) -> [String] {
        switch panel.content {
        case .help: Self.help
        case .publicRooms(let rooms): rooms.isEmpty ? ["There is none yet. /create ROOM makes one."] : rooms.map(line)
        case .members(let room): members[room].map(lines) ?? ["Loading…"]
        case .found(_, nil): ["Searching…"]
        case .found(_, let messages?):
            messages.isEmpty ? ["Nothing in your rooms says that."] : lines(of: messages)
        }
    }

    /// What of it is to be seen below its title, and whether there is more. A line that goes on in another row is set in.
    func rows(of panel: Panel) -> (shown: ArraySlice<[Character]>, hasMore: Bool) {
        let (all, room) = (rows(of: lines(of: panel)), geometry.messages - 1)
        let rest = all.dropFirst(min(panel.top, max(0, all.count - room)))
        return (rest.prefix(room), rest.count > room)
    }

    private func rows(of lines: [String]) -> [[Character]] {
        let width = geometry.main
        return lines.flatMap { line in
            wrapped(line.visibleLine, width: width - 2, first: width).enumerated().map {
                $0 == 0 ? $1 : [" ", " "] + $1
            }
        }
    }

    /// False if there is none.
    mutating func scrollPanel(by step: Int) -> Bool {
        guard var shown = panel else { return false }
        let last = max(0, rows(of: lines(of: shown)).count - geometry.messages + 1)
        shown.top = max(0, min(shown.top + step, last))
        panel = shown
        return true
    }

    private func line(of room: JSONValue) -> String {
        let isMember = room["member"]?.bool == true
        let topic = room["topic"]?.string ?? ""
        return
            "\(isMember ? "✓" : " ") \(room["room"]?.string ?? "")  \(room["members"]?.integer ?? 0) people  \(topic)"
    }

    private func lines(of members: Set<String>) -> [String] {
        let people = members.map { user in
            (name: self.people[user]?.name ?? user, shown: name(of: user), isHere: isHere(user))
        }
        return people.sorted { ($0.isHere ? 0 : 1, $0.name) < ($1.isHere ? 0 : 1, $1.name) }.map { person in
            let name = person.shown == person.name ? "" : " (\(person.name))"
            return "\(person.isHere ? "● here " : "○ away ") \(person.shown)\(name)"
        }
    }

    private func lines(of messages: [Message]) -> [String] {
        var (lines, day) = ([String](), "")
        for message in messages {
            let room = rooms.first { $0.id == message.room }
            let place = room.map { "\($0.isDirect ? "@" : "#")\(title(of: $0))" } ?? message.room
            let moment = LocalTime(message.at, in: timeZone)
            if moment.day != day { lines.append(moment.day) }
            day = moment.day
            lines.append(
                "\(moment.time) \(place) #\(message.number) \(name(of: message.by)): \(message.text ?? "(deleted)")")
        }
        if messages.count >= Self.searchPage { lines.append("There may be older ones; more words find less.") }
        return lines
    }

    // MARK: searching

    mutating func search(_ words: String) {
        panel = Panel(.found(words: words, nil))
        effects.append(.search(words))
    }

    /// An answer to what was asked before the last question, or after the panel was closed, is nobody's any more.
    mutating func found(_ messages: [Message], for words: String) {
        guard panel?.content == .found(words: words, nil) else { return }
        for message in messages where people[message.by] == nil { lookUp(message.by) }
        panel = Panel(.found(words: words, messages))
    }

    mutating func searchFailed(_ why: String, for words: String) {
        guard panel?.content == .found(words: words, nil) else { return }
        panel = nil
        notice = why
    }
}
