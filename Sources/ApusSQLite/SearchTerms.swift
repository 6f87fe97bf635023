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
    private static let roomMark = "\u{E000}"
    private static let authorMark = "\u{E001}"
    private static let prefixMark = "\u{E002}"

    private static func room(_ key: RoomKey) -> String { "\(roomMark)\(key.raw)" }
    private static func author(_ key: Int64) -> String { "\(authorMark)\(key)" }

    /// What the index keeps of a message. An entry is removed by the same words it was made of, so whoever changes this
    /// begins the index anew in a migration.
    static func document(_ text: String, room: Int64, by: Int64) -> String {
        var terms: [String] = []
        var known: Set<String> = []
        func add(_ term: String) { if known.insert(term).inserted { terms.append(term) } }
        add(Self.room(RoomKey(room)))
        add(author(by))
        var last = ""
        for token in SearchText(text).tokens {
            switch token.kind {
            case .word:
                add(cut(token.text, longestTerm) ?? token.text)
                for length in prefixes { if let beginning = cut(token.text, length) { add(prefixMark + beginning) } }
            case .dense:
                add(token.text)
                if token.isBound { add(last + token.text) }
                last = token.text
            case .symbol: add(token.text)
            }
        }
        return terms.joined(separator: " ")
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
        if prefixes.contains(length) { return quoted(prefixMark + text) }
        return cut(text, longestTerm).map(quoted) ?? quoted(text) + "*"
    }

    private static func quoted(_ term: String) -> String { "\"\(term)\"" }

    /// The first scalars; nil when there are fewer.
    private static func cut(_ text: String, _ length: Int) -> String? {
        let scalars = text.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: length, limitedBy: scalars.endIndex) else {
            return nil
        }
        return end == scalars.endIndex ? text : String(scalars[..<end])
    }
}
