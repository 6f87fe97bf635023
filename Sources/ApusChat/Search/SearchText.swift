/// A text as search sees it: folded words, single characters where a script does not put spaces between words, symbols.
/// The same for what is indexed, what is asked for and what is highlighted.
package struct SearchText: Sendable {
    package struct Token: Sendable, Equatable {
        package enum Kind: Sendable { case word, dense, symbol }

        package let kind: Kind
        /// Folded.
        package let text: String
        /// Follows a dense character with nothing in between.
        package let isBound: Bool
        /// Where it stands in the text, in UTF-16 code units.
        package let range: Range<Int>

        package init(kind: Kind, text: String, isBound: Bool, range: Range<Int>) {
            self.kind = kind
            self.text = text
            self.isBound = isBound
            self.range = range
        }
    }

    package let tokens: [Token]

    package init(_ text: String) {
        var scan = Scan()
        var rest = text[...]
        rest.makeContiguousUTF8()
        let utf8 = rest.utf8
        var index = rest.startIndex
        while index < rest.endIndex {
            let byte = utf8[index]
            let next = utf8.index(after: index)
            // ASCII before ASCII is a character by itself: most of most texts.
            if byte < 0x80, next == rest.endIndex || utf8[next] < 0x80 {
                scan.take(ascii: byte)
                index = next
            } else {
                scan.take(rest[index])
                index = rest.index(after: index)
            }
        }
        scan.endWord()
        tokens = scan.tokens
    }

    private struct Scan {
        var tokens: [Token] = []
        private var position = 0
        private var word = ""
        private var wordRange = 0..<0
        private var isAfterDense = false

        mutating func take(ascii byte: UInt8) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                letter(String(Unicode.Scalar(byte)), upTo: position + 1)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): letter(String(Unicode.Scalar(byte | 0x20)), upTo: position + 1)
            default: separate()
            }
            position += 1
        }

        mutating func take(_ character: Character) {
            let end = position + character.utf16.count
            for unit in Folding.units(character) {
                switch unit.kind {
                case .word: letter(unit.text, upTo: end)
                case .dense: single(.dense, unit.text, upTo: end)
                case .symbol: single(.symbol, unit.text, upTo: end)
                case .separator: separate()
                }
            }
            position = end
        }

        mutating func endWord() {
            if word.isEmpty { return }
            tokens.append(Token(kind: .word, text: word, isBound: false, range: wordRange))
            word = ""
        }

        private mutating func letter(_ text: String, upTo end: Int) {
            isAfterDense = false
            wordRange = (word.isEmpty ? position : wordRange.lowerBound)..<end
            word += text
        }

        private mutating func single(_ kind: Token.Kind, _ text: String, upTo end: Int) {
            endWord()
            let isDense = kind == .dense
            tokens.append(Token(kind: kind, text: text, isBound: isDense && isAfterDense, range: position..<end))
            isAfterDense = isDense
        }

        private mutating func separate() {
            endWord()
            isAfterDense = false
        }
    }
}
