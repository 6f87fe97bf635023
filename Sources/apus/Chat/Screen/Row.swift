/// How something looks. Never the only sign of anything: colours may be off.
struct Style: Equatable, Sendable {
    enum Colour: Int, Sendable {
        case red = 31
        case green
        case yellow
        case blue
        case magenta
        case cyan
    }

    var isBold = false
    var isDim = false
    var isReversed = false
    var colour: Colour?

    static let plain = Style()
    static let bold = Style(isBold: true)
    static let dim = Style(isDim: true)
    static let reversed = Style(isReversed: true)

    static func coloured(_ colour: Colour, isBold: Bool = false) -> Style { Style(isBold: isBold, colour: colour) }
}

/// One character as it stands on the screen.
struct Glyph: Equatable, Sendable {
    var character: Character
    var columns: Int
    var style: Style
}

/// A line of the screen. Whatever enters it is made visible first: there is no way past that to the terminal.
struct Row: Equatable, Sendable {
    private(set) var glyphs: [Glyph] = []
    private(set) var columns = 0

    init(_ text: String = "", _ style: Style = .plain) { add(text, style) }

    mutating func add(_ text: String, _ style: Style = .plain) { add(text.visibleLine, style) }

    /// For characters that are visible already.
    mutating func add(_ characters: [Character], _ style: Style = .plain) {
        for character in characters {
            let columns = character.columns
            glyphs.append(Glyph(character: character, columns: columns, style: style))
            self.columns += columns
        }
    }

    mutating func add(_ row: Row) {
        glyphs += row.glyphs
        columns += row.columns
    }

    /// Exactly so wide: cut with an ellipsis, or filled with spaces of a style.
    func fitted(to width: Int, _ style: Style = .plain) -> Row {
        var row = self
        if row.columns > width {
            while row.columns > max(0, width - 1), let last = row.glyphs.popLast() { row.columns -= last.columns }
            if width > 0 { row.add(["…"], row.glyphs.last?.style ?? style) }
        }
        if row.columns < width { row.add(Array(repeating: " ", count: width - row.columns), style) }
        return row
    }

    var text: String { String(glyphs.map(\.character)) }
}
