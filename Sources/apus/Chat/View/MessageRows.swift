import ApusClient

/// One message as rows.
struct MessageRows {
    static let indent = 6

    let state: ChatState
    let room: ChatRoom
    let timeline: Timeline
    let width: Int

    func rows(of message: ChatMessage) -> [Row] {
        var head = Row("\(LocalTime(message.at, in: state.timeZone).time) ", .dim)
        head.add(author(message.by))
        head.add(" #\(message.number) ", .dim)
        var tail: [(String, Style)] = []
        if message.isEdited, message.text != nil { tail.append(("(edited)", .dim)) }
        if message.by == state.me, message.text != nil {
            let ticks = state.ticks(message.number, in: room)
            let isRead = ticks.others > 0 && ticks.readers == ticks.others
            tail.append((ticks.text, isRead ? .coloured(.green) : .dim))
        }
        let rows = self.rows(
            head, message.replyTo, message.text ?? "(deleted)", message.text == nil ? .dim : .plain, tail)
        return message.reactions.isEmpty ? rows : rows + self.rows(of: message.reactions)
    }

    /// One's own in brackets.
    private func rows(of reactions: [ChatMessage.Reaction]) -> [Row] {
        var rows = [indented]
        for reaction in reactions {
            let isMine = reaction.users.contains(state.me)
            var word = Row(isMine ? "[" : "", .bold)
            word.add("\(reaction.emoji) ")
            word.add("\(reaction.count)", isMine ? .bold : .dim)
            word.add(isMine ? "]" : "", .bold)
            if rows[rows.count - 1].columns + word.columns > width { rows.append(indented) }
            rows[rows.count - 1].add(word)
            rows[rows.count - 1].add("  ")
        }
        return rows
    }

    func rows(of message: PendingMessage) -> [Row] {
        var head = Row("  …   ", .dim)
        var tail: [(String, Style)] = []
        switch message.state {
        case .queued: tail = [("…", .dim)]
        case .onDisk(let number):
            head = Row("      ", .dim)
            tail = [("#\(number)", .dim), ("✓", .dim)]
        case .failed(let why):
            head = Row("  ✗   ", .coloured(.red, isBold: true))
            tail = [("✗ not sent: \(why) /retry or /discard", .coloured(.red))]
        }
        head.add(author(state.me))
        head.add("  ")
        return rows(head, message.replyTo, message.text, .plain, tail)
    }

    private func author(_ user: String) -> Row {
        if user == state.me { return Row(state.name(of: user), .bold) }
        let colours: [Style.Colour] = [.cyan, .magenta, .yellow, .blue, .green]
        let place = user.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF } % colours.count
        return Row(state.name(of: user), .coloured(colours[place], isBold: true))
    }

    private var indented: Row { Row(String(repeating: " ", count: Self.indent)) }

    private func rows(
        _ head: Row, _ replyTo: Int64?, _ text: String, _ style: Style, _ tail: [(String, Style)]
    ) -> [Row] {
        var rows: [Row] = []
        var row = head
        if let replyTo {
            row.add("↳ #\(replyTo) \(excerpt(of: replyTo))", .dim)
            rows.append(row.fitted(to: width))
            row = indented
        } else if row.columns > width - Self.indent {
            rows.append(row.fitted(to: width))
            row = indented
        }
        let lines = wrapped(text.visible, width: max(2, width - Self.indent), first: max(1, width - row.columns))
        for (index, line) in lines.enumerated() {
            if index > 0 {
                rows.append(row)
                row = indented
            }
            row.add(line, style)
        }
        for (word, style) in tail {
            for line in wrapped(word.visible, width: max(2, width - Self.indent)) {
                if row.columns + 1 + line.columns > width {
                    rows.append(row)
                    row = indented
                } else if row.columns > Self.indent {
                    row.add(" ")
                }
                row.add(line, style)
            }
        }
        return rows + [row]
    }

    private func excerpt(of number: Int64) -> String {
        guard let message = timeline.message(number) else { return "" }
        return "\(state.name(of: message.by)): \(message.text ?? "(deleted)")"
    }
}
