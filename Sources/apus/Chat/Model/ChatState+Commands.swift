import ApusClient
import ApusWire

/// What begins with a slash.
extension ChatState {
    mutating func run(_ line: String) {
        let (name, argument) = Self.cut(line.dropFirst())
        let room = argument.hasPrefix("#") ? String(argument.dropFirst()) : argument
        switch name {
        case "help": panel = Panel(.help)
        case "quit": effects.append(.quit)
        case "join": effects.append(room.isEmpty ? .publicRooms : .join(room))
        case "create" where !room.isEmpty: effects.append(.create(room))
        case "who": inRoom { $0.panel = Panel(.members(room: $1)) }
        case "leave": inRoom { $0.effects.append(.leave($1)) }
        case "dm" where !argument.isEmpty: talk(to: argument)
        case "search" where !argument.isEmpty: search(argument)
        case "reply": reply(argument)
        case "react": react(argument)
        case "edit": edit(argument)
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

    // MARK: about messages

    private mutating func reply(_ argument: String) {
        let (first, text) = Self.cut(argument[...])
        inRoom { state, room in
            guard let number = Self.number(first), state.timelines[room]?.message(number)?.text != nil else {
                return state.notice = "/reply needs the number of a message above: /reply 57"
            }
            if !text.isEmpty { return state.say(text, in: room, replyTo: number) }
            state.composer = Composer("", .reply(number))
        }
    }

    private mutating func react(_ argument: String) {
        let words = argument.split(whereSeparator: \.isWhitespace).map(String.init)
        inRoom { state, room in
            let timeline = state.timelines[room] ?? Timeline()
            let last = timeline.messages.last { $0.text != nil }?.number
            guard 1...2 ~= words.count, let number = words.count == 1 ? last : Self.number(words[0]),
                let message = timeline.message(number), message.text != nil
            else {
                let names = EmojiName.all.map(\.name).joined(separator: ", ")
                return state.notice =
                    "/react needs an emoji, and the number of a message above unless it is the last one: /react 57 👍. "
                    + "For what is hard to type there are names: \(names)."
            }
            let emoji = EmojiName.emoji(words[words.count - 1])
            let own = message.reactions.first {
                $0.users.contains(state.me) && EmojiName.isSame($0.emoji, emoji)
            }
            state.effects.append(.react(room: room, number: number, emoji: own?.emoji ?? emoji, on: own == nil))
        }
    }

    private mutating func edit(_ argument: String) {
        let (first, text) = Self.cut(argument[...])
        guard !first.isEmpty else { return editLast() }
        inRoom { state, room in
            guard let number = Self.number(first) else {
                return state.notice = "/edit needs the number of one of your messages: /edit 57, or /edit 57 NEW TEXT."
            }
            let message = state.timelines[room]?.message(number)
            if let message, message.by != state.me {
                state.notice = "#\(number) is not yours, and only its author can edit a message."
            } else if message != nil, message?.text == nil {
                state.notice = "#\(number) is deleted."
            } else if !text.isEmpty {
                state.effects.append(.edit(room: room, number: number, text: text))
            } else if let known = message?.text {
                state.composer = Composer(known, .edit(number))
            } else {
                state.notice = "#\(number) is not loaded: PgUp loads what is older; or /edit \(number) NEW TEXT."
            }
        }
    }

    private mutating func delete(_ argument: String) {
        inRoom { state, room in
            let timeline = state.timelines[room] ?? Timeline()
            let own = timeline.messages.last { $0.by == state.me && $0.text != nil }?.number
            guard let number = argument.isEmpty ? own : Self.number(argument) else {
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

    // MARK: words

    /// The first word, and what follows it.
    private static func cut(_ text: Substring) -> (first: String, rest: String) {
        let parts = text.split(maxSplits: 1, whereSeparator: \.isWhitespace)
        let rest = parts.dropFirst().first.map { part in
            String(part.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        }
        return (parts.first.map(String.init) ?? "", rest ?? "")
    }

    /// Digits only: +1 is an emoji's name.
    private static func number(_ text: String) -> Int64? {
        let digits = text.hasPrefix("#") ? text.dropFirst() : text[...]
        return digits.allSatisfy { "0"..."9" ~= $0 } ? Int64(digits) : nil
    }
}
