/// The text that is being written, as it will be sent, and the place in it.
struct Composer: Equatable {
    enum Purpose: Equatable {
        case new
        case reply(Int64)
        case edit(Int64)
    }

    var purpose = Purpose.new
    private(set) var text: [Character] = []
    private(set) var cursor = 0
    /// What it began with.
    private var original = ""

    init() {}

    init(_ text: String, _ purpose: Purpose) {
        self.purpose = purpose
        original = text
        insert(text)
    }

    var string: String { String(text) }

    /// Whether there is anything new in it. Not by `==`, for which two spellings of an accent are one.
    var isChanged: Bool { !string.utf8.elementsEqual(original.utf8) }

    /// What a text begins and what it ends may be one character with what stands there: an accent, a skin tone.
    mutating func insert(_ new: String) {
        let after = text[cursor...]
        text = Array(String(text[..<cursor]) + new + String(after))
        cursor = max(0, text.count - after.count)
    }

    mutating func backspace() {
        guard cursor > 0 else { return }
        cursor -= 1
        text.remove(at: cursor)
    }

    mutating func delete() { if cursor < text.count { text.remove(at: cursor) } }

    mutating func move(by count: Int) { cursor = min(max(0, cursor + count), text.count) }

    mutating func home() { while cursor > 0, !text[cursor - 1].endsLine { cursor -= 1 } }

    mutating func end() { while cursor < text.count, !text[cursor].endsLine { cursor += 1 } }

    mutating func lineBack() {
        let end = cursor
        home()
        text.removeSubrange(cursor..<end)
    }

    mutating func wordBack() {
        let end = cursor
        while cursor > 0, text[cursor - 1].isWhitespace { cursor -= 1 }
        while cursor > 0, !text[cursor - 1].isWhitespace { cursor -= 1 }
        text.removeSubrange(cursor..<end)
    }

    /// To the line above or below, as near to the same column as it is long; false if there is none.
    mutating func moveLine(by step: Int) -> Bool {
        let column = text[..<cursor].reversed().prefix { !$0.endsLine }.reduce(0) { $0 + $1.shown.columns }
        var other = self
        if step < 0 {
            other.home()
            guard other.cursor > 0 else { return false }
            other.cursor -= 1
            other.home()
        } else {
            other.end()
            guard other.cursor < text.count else { return false }
            other.cursor += 1
        }
        var used = 0
        while other.cursor < text.count, !text[other.cursor].endsLine {
            used += text[other.cursor].shown.columns
            if used > column { break }
            other.cursor += 1
        }
        cursor = other.cursor
        return true
    }
}

extension Character {
    /// What the terminal gets for it.
    var shown: [Character] { String(self).visible }

    var endsLine: Bool { self == "\n" || self == "\r\n" }
}
