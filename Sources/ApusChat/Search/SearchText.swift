/// A text as search sees it: folded words, single characters where a script does not put spaces between words, symbols.
/// The same for what is indexed, what is asked for and what is highlighted.
package struct SearchText: Sendable {
    package struct Token: Sendable {
        package enum Kind: Sendable { case word, dense, symbol }

        package let kind: Kind
        /// Its part of `folded`. A bound token's part follows the one before it.
        package let folded: Range<Int>
        /// Follows a dense character with nothing in between.
        package let isBound: Bool
        /// Where it stands in the text, in UTF-16 code units.
        package let range: Range<Int>
    }

    package private(set) var tokens: [Token] = []
    /// The tokens' texts one after the other, folded, in UTF-8: a string for each token costs more than all the rest.
    package private(set) var folded: [UInt8] = []
    /// Whether parts that are the same to Unicode have the same bytes. Nearly always; where somebody hides an invisible
    /// character between a letter and its mark, the two stay apart.
    package private(set) var isComposed = true

    package init(_ text: String) {
        var text = text
        text.makeContiguousUTF8()
        let string = text
        var scan = Scan()
        string.utf8.withContiguousStorageIfAvailable { bytes in
            var offset = 0
            while offset < bytes.count {
                var end = offset
                while end < bytes.count, bytes[end] < 0x80 { end += 1 }
                if end > offset, !bytes.isPlain(at: end) { end -= 1 }
                scan.take(ascii: bytes[offset..<end])
                offset = end
                if offset == bytes.count { break }
                let length = bytes.plainDenseLength(at: offset)
                if length > 0, bytes.isPlain(at: offset + length) {
                    scan.take(dense: bytes[offset..<(offset + length)])
                    offset += length
                } else {
                    let character = string[string.utf8.index(string.startIndex, offsetBy: offset)]
                    scan.take(character)
                    offset += character.utf8.count
                }
            }
        }
        scan.endWord()
        self = scan.result
    }

    private init() {}

    package func text(of token: Token) -> String { String(decoding: folded[token.folded], as: UTF8.self) }

    private struct Scan {
        private(set) var result = SearchText()
        private var position = 0
        private var wordStart = 0
        private var wordRange = 0..<0
        private var isAfterDense = false

        private var hasWord: Bool { wordStart < result.folded.count }

        mutating func take(ascii bytes: Slice<UnsafeBufferPointer<UInt8>>) {
            var rest = bytes
            while !rest.isEmpty {
                let letters = rest.prefix { $0.isASCIIAlphanumeric }
                if letters.isEmpty {
                    separate()
                    position += 1
                    rest = rest.dropFirst()
                } else {
                    append(letters.lazy.map(\.lowercasedASCII), upTo: position + letters.count)
                    position += letters.count
                    rest = rest[letters.endIndex...]
                }
            }
        }

        /// Of a character of UTF-8 that folding leaves as it is.
        mutating func take(dense bytes: Slice<UnsafeBufferPointer<UInt8>>) {
            let end = position + (bytes.count == 4 ? 2 : 1)
            single(.dense, bytes, upTo: end)
            position = end
        }

        mutating func take(_ character: Character) {
            let end = position + character.utf16.count
            for unit in Folding.units(character) {
                if unit.joins { result.isComposed = false }
                switch unit.kind {
                case .word: append(unit.text.utf8, upTo: end)
                case .dense: single(.dense, unit.text.utf8, upTo: end)
                case .symbol: single(.symbol, unit.text.utf8, upTo: end)
                case .separator: separate()
                }
            }
            position = end
        }

        mutating func endWord() {
            if hasWord { end(.word, isBound: false, range: wordRange) }
        }

        private mutating func end(_ kind: Token.Kind, isBound: Bool, range: Range<Int>) {
            let end = result.folded.count
            result.tokens.append(Token(kind: kind, folded: wordStart..<end, isBound: isBound, range: range))
            wordStart = end
        }

        private mutating func append(_ bytes: some Sequence<UInt8>, upTo end: Int) {
            isAfterDense = false
            wordRange = (hasWord ? wordRange.lowerBound : position)..<end
            result.folded.append(contentsOf: bytes)
        }

        private mutating func single(_ kind: Token.Kind, _ bytes: some Sequence<UInt8>, upTo end: Int) {
            endWord()
            result.folded.append(contentsOf: bytes)
            let isDense = kind == .dense
            self.end(kind, isBound: isDense && isAfterDense, range: position..<end)
            isAfterDense = isDense
        }

        private mutating func separate() {
            endWord()
            isAfterDense = false
        }
    }
}

/// Most of most texts is plain: ASCII, and dense characters that folding leaves as they are. A plain character with a
/// plain one or nothing behind it has no mark of its own, so nobody needs to look for where it ends.
extension UnsafeBufferPointer<UInt8> {
    fileprivate func isPlain(at offset: Int) -> Bool {
        offset == count || self[offset] < 0x80 || plainDenseLength(at: offset) > 0
    }

    /// How many bytes the plain dense character has that begins here; 0 when something else does.
    fileprivate func plainDenseLength(at offset: Int) -> Int {
        func bits(_ index: Int) -> UInt32 { UInt32(self[offset + index] & 0x3F) }
        switch self[offset] {
        case 0xE3...0xED:
            let value = UInt32(self[offset] & 0x0F) << 12 | bits(1) << 6 | bits(2)
            return Folding.isPlainDense(value) ? 3 : 0
        case 0xF0:
            let value = bits(1) << 12 | bits(2) << 6 | bits(3)
            return Folding.isPlainDense(value) ? 4 : 0
        default: return 0
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
