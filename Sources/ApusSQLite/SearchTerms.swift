import ApusChat
import ApusCore

/// The words of the search index. It knows which messages hold which of them, not where: it proposes messages, and
/// their text decides. So it is less than half as large, and a deleted text cannot be put together again from it.
///
/// FTS5's tokenizer only cuts at the spaces between them. Terms hold no ASCII but letters and digits, so nothing that
/// somebody types means anything to FTS5.
enum SearchTerms {
    /// Longer words are found by their beginning.
    private static let longestTerm = 40
    /// Beginnings of words that are terms of their own: so many words begin with them that finding these words would
    /// take long.
    private static let prefixes = [2, 3]

    /// Private-use characters, which no token holds.
    private static let roomMark: StaticString = "\u{E000}"
    private static let authorMark: StaticString = "\u{E001}"
    private static let prefixMark: StaticString = "\u{E002}"

    private static func room(_ key: RoomKey) -> String { "\(roomMark)\(key.raw)" }
    private static func author(_ key: Int64) -> String { "\(authorMark)\(key)" }

    /// What the index keeps of a message, in UTF-8. An entry is removed by the same words it was made of, so whoever
    /// changes this begins the index anew in a migration.
    static func document(_ text: String, room: Int64, by: Int64) -> [UInt8] {
        let text = SearchText(text)
        let most = 2 + text.tokens.count * (1 + prefixes.count)
        var terms = DistinctTerms(most: most, size: 4 * text.folded.count, areComposed: text.isComposed)
        terms.add(self.room(RoomKey(room)).utf8)
        terms.add(author(by).utf8)
        var last = 0
        for token in text.tokens {
            let bytes = text.folded[token.folded]
            switch token.kind {
            case .word:
                terms.add(cut(bytes, longestTerm) ?? bytes)
                for length in prefixes {
                    if let beginning = cut(bytes, length) { terms.add(beginning, marked: prefixMark) }
                }
            case .dense:
                terms.add(bytes)
                if token.isBound { terms.add(text.folded[last..<token.folded.upperBound]) }
                last = token.folded.lowerBound
            case .symbol: terms.add(bytes)
            }
        }
        return terms.bytes
    }

    /// The FTS5 query for all messages that may match, and maybe some that do not.
    static func match(_ query: SearchQuery, in rooms: [RoomKey], by: Int64?) -> String {
        var wanted: Set<String> = []
        for phrase in query.phrases {
            for (index, token) in phrase.tokens.enumerated() {
                switch token.kind {
                case .word where phrase.isOpen && index == phrase.tokens.count - 1: wanted.insert(prefix(token.text))
                case .word: wanted.insert(quoted(cut(token.text, longestTerm) ?? token.text))
                case .dense where token.isBound: wanted.insert(quoted(phrase.tokens[index - 1].text + token.text))
                case .dense:
                    // A pair finds its first character, too.
                    let isPaired = index + 1 < phrase.tokens.count && phrase.tokens[index + 1].isBound
                    if !isPaired { wanted.insert(quoted(token.text)) }
                case .symbol: wanted.insert(quoted(token.text))
                }
            }
        }
        if let by { wanted.insert(quoted(author(by))) }
        let anyRoom = rooms.map { quoted(room($0)) }.joined(separator: " OR ")
        return "(\(anyRoom)) AND \(wanted.sorted().joined(separator: " AND "))"
    }

    private static func prefix(_ text: String) -> String {
        let length = text.unicodeScalars.count
        if prefixes.contains(length) { return quoted("\(prefixMark)\(text)") }
        return cut(text, longestTerm).map(quoted) ?? quoted(text) + "*"
    }

    private static func quoted(_ term: String) -> String { "\"\(term)\"" }

    private static func cut(_ text: String, _ length: Int) -> String? {
        cut(Array(text.utf8)[...], length).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The first scalars of UTF-8; nil when there are fewer.
    private static func cut(_ bytes: ArraySlice<UInt8>, _ length: Int) -> ArraySlice<UInt8>? {
        var scalars = 0
        for (index, byte) in zip(bytes.indices, bytes) where byte & 0xC0 != 0x80 {
            if scalars == length { return bytes[..<index] }
            scalars += 1
        }
        return scalars == length ? bytes : nil
    }
}
