/// The text that is being written, and the place in it.
struct Composer: Equatable {
    enum Purpose: Equatable {
        case new
        case reply(Int64)
        case edit(Int64)
    }

    var purpose = Purpose.new
    private(set) var text: [Character] = []
    private(set) var cursor = 0

    init() {}

    init(_ text: String, _ purpose: Purpose) {
        self.purpose = purpose
        insert(text)
    }

    var string: String { String(text) }

    /// What a text begins and what it ends may be one character with what stands there: an accent, a skin tone.
    mutating func insert(_ new: String) {
        // What is sent is what is seen here.
        let after = text[cursor...]
        text = (String(text[..<cursor]) + new + String(after)).visible
        cursor = max(0, text.count - after.count)
    }

    mutating func backspace() {
        guard cursor > 0 else { return }
        cursor -= 1
        text.remove(at: cursor)
    }

    mutating func delete() { if cursor < text.count { text.remove(at: cursor) } }

    mutating func move(by count: Int) { cursor = min(max(0, cursor + count), text.count) }

    mutating func home() { while cursor > 0, text[cursor - 1] != "\n" { cursor -= 1 } }

    mutating func end() { while cursor < text.count, text[cursor] != "\n" { cursor += 1 } }

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
        let column = text[..<cursor].reversed().prefix { $0 != "\n" }.columns
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
        while other.cursor < text.count, text[other.cursor] != "\n", used + text[other.cursor].columns <= column {
            used += text[other.cursor].columns
            other.cursor += 1
        }
        cursor = other.cursor
        return true
    }
}
