import Testing

@testable import apus

/// As much of a terminal as the painter needs; anything else fails.
private struct FakeTerminal {
    var cells: [[String]]
    var row = 0
    var column = 0
    var isVisible = true
    var isHeldBack = false
    /// Terminals that know nothing of joined characters give them one column.
    var isOld = false

    init(_ width: Int, _ height: Int) {
        cells = Array(repeating: Array(repeating: "#", count: width), count: height)
    }

    mutating func obey(_ text: String) {
        var rest = Substring(text)
        while let character = rest.popFirst() {
            guard character == "\u{1B}" else {
                let columns = isOld && character.unicodeScalars.count > 1 ? 1 : character.columns
                cells[row][column] = String(character)
                for next in 1..<max(2, columns) where columns > 1 { cells[row][column + next] = "" }
                column += columns
                continue
            }
            _ = rest.popFirst()
            let parameters = rest.prefix { !$0.isLetter }
            rest = rest.dropFirst(parameters.count)
            switch rest.popFirst() {
            case "H":
                let numbers = parameters.split(separator: ";").compactMap { Int($0) }
                (row, column) = (numbers[0] - 1, numbers[1] - 1)
            case "J": cells = cells.map { $0.map { _ in " " } }
            case "K": for index in column..<cells[row].count { cells[row][index] = " " }
            case "h" where parameters == "?25": isVisible = true
            case "l" where parameters == "?25": isVisible = false
            case "h" where parameters == "?2026": isHeldBack = true
            case "l" where parameters == "?2026": isHeldBack = false
            case "m": break
            case let other: Issue.record("unknown: \(parameters)\(other.map(String.init) ?? "")")
            }
        }
    }

    var text: String { cells.map { $0.joined() }.joined(separator: "\n") }
}

struct PainterTests {
    private static func screen(_ rows: [String], _ style: Style = .plain) -> Screen {
        Screen(width: 12, rows: rows.map { Row($0, style) }, cursor: .init(row: 0, column: 1))
    }

    /// Half a screen has what has moved twice: a terminal that can shows none of it before all has come.
    private static func atOnce(_ changes: String) -> String {
        "\u{1B}[?2026h\u{1B}[?25l\(changes)\u{1B}[?25h\u{1B}[?2026l"
    }

    @Test func `only what differs is sent, and shown at once`() {
        var painter = Painter(hasColours: true)
        _ = painter.paint(Self.screen(["one", "two"]))
        #expect(painter.paint(Self.screen(["one", "two"])).isEmpty)
        #expect(painter.paint(Self.screen(["one", "twx"])) == Self.atOnce("\u{1B}[2;3Hx\u{1B}[1;2H"))
        #expect(painter.paint(Self.screen(["", "twx"])) == Self.atOnce("\u{1B}[1;1H\u{1B}[K\u{1B}[1;2H"))
        painter.forget()
        #expect(painter.paint(Self.screen(["", "twx"])).contains("twx"))
    }

    @Test func `without colours there are none, but what is bold stays`() {
        let coloured = Self.screen(["x"], .coloured(.red, isBold: true))
        var painter = Painter(hasColours: false)
        #expect(painter.paint(coloured).contains("\u{1B}[0;1mx"))
        painter = Painter(hasColours: true)
        #expect(painter.paint(coloured).contains("\u{1B}[0;1;31mx"))
    }

    @Test func `where a joined character is narrower than it should be, nothing of what was there is left`() {
        var painter = Painter(hasColours: true)
        var terminal = FakeTerminal(12, 1)
        terminal.isOld = true
        terminal.obey(painter.paint(Self.screen(["abcdefgh"])))
        terminal.obey(painter.paint(Self.screen(["a👨‍👩‍👧defgh"])))
        #expect(terminal.text == "a👨‍👩‍👧 defgh    ")
    }

    @Test func `whatever was there before, the screen is what it should be`() {
        var dice = SystemRandomNumberGenerator()
        let pieces = ["a", "b ", "你", "👨‍👩‍👧", "  ", "e\u{301}", "…", "│"]
        var painter = Painter(hasColours: true)
        var terminal = FakeTerminal(12, 3)
        for _ in 0..<2_000 {
            let rows = (0..<3).map { _ in
                (0..<Int.random(in: 0...8, using: &dice)).map { _ in pieces.randomElement(using: &dice)! }.joined()
            }
            let screen = Self.screen(rows, Bool.random(using: &dice) ? .plain : .bold)
            terminal.obey(painter.paint(screen))
            #expect(terminal.text == screen.rows.map(\.text).joined(separator: "\n"))
            #expect(terminal.row == 0 && terminal.column == 1 && terminal.isVisible && !terminal.isHeldBack)
        }
    }
}
