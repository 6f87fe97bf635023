/// Turns screens into what a terminal is sent: only what differs from the last one, since the way there may be slow.
struct Painter {
    private var last: Screen?
    private let hasColours: Bool

    init(hasColours: Bool) { self.hasColours = hasColours }

    /// The terminal may show anything by now: the next screen is sent as a whole.
    mutating func forget() { last = nil }

    mutating func paint(_ screen: Screen) -> String {
        guard screen != last else { return "" }
        var changes = ""
        let known = last.flatMap { $0.width == screen.width && $0.rows.count == screen.rows.count ? $0 : nil }
        if known == nil { changes += "\u{1B}[2J" }
        for (index, row) in screen.rows.enumerated() {
            changes += difference(from: known?.rows[index] ?? Row().fitted(to: screen.width), to: row, at: index)
        }
        last = screen
        let cursor = Self.move(screen.cursor.row, screen.cursor.column)
        guard !changes.isEmpty else { return cursor }
        // Terminals that know mode 2026 (synchronized output) show all of it at once: half of it would have the same line
        // twice, where it goes to and where it is still to be cleared. On others the cursor at least does not flit about.
        return "\u{1B}[?2026h\u{1B}[?25l\(changes)\(cursor)\u{1B}[?25h\u{1B}[?2026l"
    }

    private func difference(from old: Row, to new: Row, at index: Int) -> String {
        guard old != new else { return "" }
        let (before, after) = (old.glyphs, new.glyphs)
        var start = 0
        while start < min(before.count, after.count), before[start] == after[start] { start += 1 }
        // Both rows are as wide, so what is the same at the end stands in the same columns.
        var same = 0
        while same < min(before.count, after.count) - start,
            before[before.count - 1 - same] == after[after.count - 1 - same]
        {
            same += 1
        }
        var end = after.count - same
        // What is blank up to the end of the row is cleared by one command.
        let blank = Glyph(character: " ", columns: 1, style: .plain)
        let filled = (after.lastIndex { $0 != blank } ?? -1) + 1
        let clears = filled < end
        end = max(start, min(end, filled))
        var column = after[..<start].reduce(0) { $0 + $1.columns }
        var text = Self.move(index, column)
        var style = Style.plain
        for glyph in after[start..<end] {
            if glyph.style != style {
                style = glyph.style
                text += code(style)
            }
            // Terminals disagree about how wide such characters are: on all of them what follows stands right, and nothing
            // of what was there is left beside them.
            let isDisputed = glyph.character.unicodeScalars.count > 1
            if isDisputed { text += String(repeating: " ", count: glyph.columns) + Self.move(index, column) }
            text.append(glyph.character)
            column += glyph.columns
            if isDisputed { text += Self.move(index, column) }
        }
        if style != .plain { text += code(.plain) }
        return clears ? text + "\u{1B}[K" : text
    }

    private static func move(_ row: Int, _ column: Int) -> String { "\u{1B}[\(row + 1);\(column + 1)H" }

    private func code(_ style: Style) -> String {
        var codes = ["0"]
        if style.isBold { codes.append("1") }
        if style.isDim { codes.append("2") }
        if style.isReversed { codes.append("7") }
        if hasColours, let colour = style.colour { codes.append("\(colour.rawValue)") }
        return "\u{1B}[\(codes.joined(separator: ";"))m"
    }
}
