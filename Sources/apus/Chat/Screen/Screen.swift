/// Everything that is to be seen: rows of the same width, and where the cursor stands.
struct Screen: Equatable, Sendable {
    struct Place: Equatable, Sendable {
        var row: Int
        var column: Int
    }

    var width: Int
    var rows: [Row]
    var cursor: Place

    init(width: Int, rows: [Row], cursor: Place) {
        self.width = width
        self.rows = rows.map { $0.fitted(to: width) }
        self.cursor = cursor
    }

    /// The screen as text, without what looks and spaces at the ends of lines say.
    var text: String {
        rows.map { row in
            var text = Substring(row.text)
            while text.last == " " { text.removeLast() }
            return String(text)
        }.joined(separator: "\n")
    }
}
