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
        var text = text
        text.makeContiguousUTF8()
        let string = text
        var scan = Scan()
        string.utf8.withContiguousStorageIfAvailable { bytes in
            var offset = 0
            while offset < bytes.count {
                var end = offset
                // ASCII before ASCII is a character by itself: most of most texts.
                while end < bytes.count, bytes[end] < 0x80, end + 1 == bytes.count || bytes[end + 1] < 0x80 { end += 1 }
                scan.take(ascii: bytes[offset..<end])
                offset = end
                if offset == bytes.count { break }
                let character = string[string.utf8.index(string.startIndex, offsetBy: offset)]
                scan.take(character)
                offset += character.utf8.count
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

        mutating func take(ascii bytes: Slice<UnsafeBufferPointer<UInt8>>) {
            var rest = bytes
            while !rest.isEmpty {
                let letters = rest.prefix { $0.isASCIIAlphanumeric }
                if letters.isEmpty {
                    separate()
                    position += 1
                    rest = rest.dropFirst()
                } else {
                    let folded = String(unsafeUninitializedCapacity: letters.count) {
                        $0.initialize(fromContentsOf: letters.lazy.map(\.lowercasedASCII))
                    }
                    append(folded, upTo: position + letters.count)
                    position += letters.count
                    rest = rest[letters.endIndex...]
                }
            }
        }

        mutating func take(_ character: Character) {
            let end = position + character.utf16.count
            for unit in Folding.units(character) {
                switch unit.kind {
                case .word: append(unit.text, upTo: end)
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

        private mutating func append(_ text: String, upTo end: Int) {
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

extension UInt8 {
    fileprivate var isASCIIAlphanumeric: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// For letters and digits.
    fileprivate var lowercasedASCII: UInt8 { self | 0x20 }
}
