import ApusClient

/// What the chat looks like in a window of its size.
struct ChatView {
    private let state: ChatState
    private let geometry: Geometry

    static func screen(of state: ChatState) -> Screen {
        guard !state.isTooSmall else {
            let rows = wrapped("The window is too small.".visible, width: max(1, state.width)).prefix(
                max(1, state.height))
            return Screen(
                width: state.width, rows: rows.map { Row(String($0)) }, cursor: Screen.Place(row: 0, column: 0))
        }
        return ChatView(state).screen
    }

    private init(_ state: ChatState) {
        self.state = state
        geometry = state.geometry
    }

    private var screen: Screen {
        let layout = ComposerLayout(state.composer, width: geometry.main)
        let first = max(0, min(layout.cursor.row, layout.lines.count - 1) - geometry.composer + 1)
        var main = [header] + body + mention
        main += composer(layout.lines, from: first)
        let left = geometry.rooms == 0 ? 0 : geometry.rooms + 1
        let column = min(left + ComposerLayout.prompt + layout.cursor.column, state.width - 1)
        let cursor = Screen.Place(
            row: 1 + geometry.messages + geometry.told + layout.cursor.row - first, column: column)
        var rows = main.map { $0.fitted(to: geometry.main) }
        if geometry.rooms > 0 { rows = zip(roomRows(rows.count), rows).map { $0 + $1 } }
        return Screen(width: state.width, rows: rows + [statusLine], cursor: cursor)
    }

    // MARK: the right side

    private var header: Row {
        guard let room = state.openRoom else { return Row("Apus", .bold) }
        var row = Row("\(room.isDirect ? "@" : "#")\(state.title(of: room))", .bold)
        if room.isArchived { row.add(" (archived)") }
        if room.isDirect {
            let isHere = room.users.contains { $0 != state.me && state.isHere($0) }
            row.add(isHere ? "  ● online" : "  ○ offline", isHere ? .coloured(.green) : .dim)
        } else {
            let here = state.members[room.id].map { " · \($0.count { state.isHere($0) }) here" } ?? ""
            row.add("  \(room.members) people\(here)", .dim)
        }
        let elsewhere = state.rooms.filter { $0.id != room.id }.reduce(0) { $0 + $1.unread }
        if geometry.rooms == 0, elsewhere > 0 { row.add("  \(elsewhere) new elsewhere", .coloured(.yellow)) }
        if !room.topic.isEmpty { row.add("  \(room.topic)", .dim) }
        return row
    }

    private var body: [Row] {
        let height = geometry.messages
        if let panel = state.panel { return filled(panelRows(panel), height) }
        guard let room = state.openRoom else {
            let words =
                state.isSynced
                ? "You are in no room yet.\n/join shows the public rooms, /create ROOM makes one." : "Loading…"
            return filled(wrapped(words.visible, width: geometry.main).map { Row(String($0), .dim) }, height)
        }
        guard let timeline = TimelineLayout(state) else { return filled([Row("Loading…", .dim)], height) }
        let rows = timeline.lines(endingAt: state.anchors[room.id], height: height).map(\.row)
        let isEmpty = rows.isEmpty
        let beginning = Row("Here \(state.title(of: room)) begins. Say something.", .dim)
        // Like paper: the newest stands next to where one writes.
        let blank = Array(repeating: Row(), count: height - (isEmpty ? 1 : rows.count))
        return blank + (isEmpty ? [beginning] : rows)
    }

    private func panelRows(_ panel: Panel) -> [Row] {
        [Row(state.title(of: panel), .bold)] + state.rows(of: panel).shown.map { Row(String($0)) }
    }

    private func filled(_ rows: [Row], _ height: Int) -> [Row] {
        Array((rows + Array(repeating: Row(), count: height)).prefix(height))
    }

    /// What stands between what was said and what is being written: a line, or more for a long sentence.
    private var mention: [Row] {
        guard let notice = state.notice else { return [remark] }
        let style = Style.coloured(.yellow, isBold: true)
        // Cut with an ellipsis where there is no room for more.
        guard geometry.told > 1 else { return [Row(notice, style)] }
        let lines = wrapped(notice.visibleLine, width: geometry.main)
        return filled(lines.map { Row(String($0), style) }, geometry.told)
    }

    private var remark: Row {
        if let panel = state.panel, state.rows(of: panel).hasMore {
            return Row("↓ more (PgDn; Esc closes)", .coloured(.yellow))
        }
        switch state.composer.purpose {
        case .edit(let number):
            return Row("Editing #\(number). Enter saves it, Esc leaves it as it was.", .coloured(.yellow))
        case .reply(let number): return Row("Answering #\(number). Esc answers nothing.", .coloured(.yellow))
        case .new: break
        }
        if let open = state.open, let anchor = state.anchors[open], let timeline = TimelineLayout(state),
            case let below = timeline.below(anchor), below > 0
        {
            return Row("↓ \(below) newer (PgDn; Esc goes to the newest)", .coloured(.yellow))
        }
        let typists = state.typists
        switch typists.count {
        case 0: return Row()
        case 1: return Row("\(typists[0]) is typing…", .dim)
        case 2, 3: return Row("\(typists.joined(separator: ", ")) are typing…", .dim)
        default: return Row("\(typists.count) people are typing…", .dim)
        }
    }

    private func composer(_ lines: [[Character]], from first: Int) -> [Row] {
        lines.indices.dropFirst(first).prefix(geometry.composer).map { index in
            var row = Row(index == 0 ? "> " : "  ", .bold)
            row.add(lines[index])
            if state.composer.text.isEmpty {
                row.add(state.open == nil ? "/help" : "Say something, or /help", .dim)
            }
            return row
        }
    }

    // MARK: the rooms

    private func roomRows(_ height: Int) -> [Row] {
        let open = state.rooms.firstIndex { $0.id == state.open } ?? 0
        let first = max(0, min(open - height / 2, state.rooms.count - height))
        let rows = state.rooms.dropFirst(first).prefix(height).map { row(of: $0) }
        return filled(Array(rows), height).map { row in
            var row = row.fitted(to: geometry.rooms)
            row.add("│", .dim)
            return row
        }
    }

    private func row(of room: ChatRoom) -> Row {
        let isOpen = room.id == state.open
        let style = isOpen ? Style.reversed : room.unread > 0 ? .bold : .plain
        var count = room.unread > 0 ? " \(room.unread)" : ""
        if room.mentions > 0 { count = " @\(room.mentions)\(count)" }
        let name = Row(" \(room.isDirect ? "@" : "#")\(state.title(of: room))", style)
        var row = name.fitted(to: max(0, geometry.rooms - count.count - 1), style)
        row.add("\(count) ", style)
        return row
    }

    // MARK: the state

    private var statusLine: Row {
        var row = Row(" ", .reversed)
        let connection = state.connection
        row.add(connection.transport.map { "● \($0)" } ?? "○ no connection", .reversed)
        if connection.transport != nil, let time = state.roundTrip { row.add(" · \(time) ms", .reversed) }
        row.add(" · \(connection.sentence)", .reversed)
        return row.fitted(to: state.width, .reversed)
    }
}

extension Row {
    static func + (left: Row, right: Row) -> Row {
        var row = left
        row.add(right)
        return row
    }
}
