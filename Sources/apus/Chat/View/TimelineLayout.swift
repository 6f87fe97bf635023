import ApusClient

/// The open room's messages as rows, made only as far as they are looked at.
struct TimelineLayout {
    typealias Anchor = ChatState.Anchor

    struct Line {
        let anchor: Anchor
        let row: Row
    }

    /// What is on its way stands behind all numbers.
    private static let firstPending = Int64.max / 2

    private let state: ChatState
    private let room: ChatRoom
    private let timeline: Timeline
    private let messages: MessageRows
    private let width: Int
    /// One's own are never new.
    private let firstNew: Int64?

    /// Nil where there is nothing to lay out.
    init?(_ state: ChatState) {
        guard let room = state.openRoom, let timeline = state.timelines[room.id],
            timeline.isLoaded || !timeline.pending.isEmpty
        else { return nil }
        self.state = state
        self.room = room
        self.timeline = timeline
        width = state.geometry.main
        let new = timeline.newFrom.map { from in timeline.messages.drop { $0.number < from } }
        firstNew = new?.first { $0.by != state.me }?.number
        messages = MessageRows(state: state, room: room, timeline: timeline, width: width)
    }

    private var count: Int { timeline.messages.count + timeline.pending.count }

    /// At most `height` lines, the last of which is the anchor's, or the last of all.
    func lines(endingAt anchor: Anchor?, height: Int) -> [Line] {
        var (item, line) = place(of: anchor)
        var lines: [Line] = []
        while item >= 0, lines.count < height {
            let all = self.lines(of: item)
            lines = all.prefix(line.map { $0 + 1 } ?? all.count) + lines
            line = nil
            item -= 1
        }
        return Array(lines.suffix(height))
    }

    func reachesTop(from anchor: Anchor?, height: Int) -> Bool {
        guard let first = lines(endingAt: anchor, height: height).first else { return true }
        return first.anchor == lines(of: 0).first?.anchor
    }

    /// One line stays in view, so that the eye finds its place.
    func anchor(paging pages: Int, from anchor: Anchor?, height: Int) -> Anchor? {
        let step = max(1, height - 1)
        if pages < 0 {
            let lines = lines(endingAt: anchor, height: height + step)
            // The oldest is at the top, however little is left above.
            return lines.count <= height ? anchor : lines[max(height, lines.count - step) - 1].anchor
        }
        guard anchor != nil else { return nil }
        var (item, line) = place(of: anchor)
        var below: [Line] = []
        while item < count, below.count <= step {
            below += lines(of: item).dropFirst(line.map { $0 + 1 } ?? 0)
            line = nil
            item += 1
        }
        return below.count <= step ? nil : below[step - 1].anchor
    }

    /// How many messages are below the window.
    func below(_ anchor: Anchor) -> Int { max(0, count - 1 - place(of: anchor).item) }

    private func place(of anchor: Anchor?) -> (item: Int, line: Int?) {
        guard let anchor else { return (count - 1, nil) }
        if anchor.number >= Self.firstPending {
            let item = timeline.messages.count + Int(anchor.number - Self.firstPending)
            return item < count ? (item, anchor.line) : (count - 1, nil)
        }
        return timeline.index(of: anchor.number).map { ($0, anchor.line) } ?? (count - 1, nil)
    }

    private func lines(of item: Int) -> [Line] {
        guard item < count else { return [] }
        guard item < timeline.messages.count else {
            let index = item - timeline.messages.count
            return number(messages.rows(of: timeline.pending[index]), Self.firstPending + Int64(index))
        }
        let message = timeline.messages[item]
        var rows: [Row] = []
        let day = LocalTime(message.at, in: state.timeZone).day
        if item == 0 {
            rows.append(Row(timeline.hasMoreBefore ? "Older messages…" : beginning, .dim).fitted(to: width))
            rows.append(rule(day, .dim))
        } else if day != LocalTime(timeline.messages[item - 1].at, in: state.timeZone).day {
            rows.append(rule(day, .dim))
        }
        if message.number == firstNew { rows.append(rule("new", .coloured(.red))) }
        return number(rows + messages.rows(of: message), message.number)
    }

    private func number(_ rows: [Row], _ number: Int64) -> [Line] {
        rows.enumerated().map { Line(anchor: Anchor(number: number, line: $0), row: $1) }
    }

    private var beginning: String { "Here \(state.title(of: room)) begins." }

    private func rule(_ words: String, _ style: Style) -> Row {
        let dashes = max(0, width - words.count - 2)
        let left = String(repeating: "─", count: min(2, dashes))
        return Row("\(left) \(words) \(String(repeating: "─", count: max(0, dashes - 2)))", style).fitted(to: width)
    }
}
