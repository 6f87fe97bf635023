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
        var terms: Set<String> = [Self.room(RoomKey(room)), author(by)]
        var last = ""
        for token in SearchText(text).tokens {
            switch token.kind {
            case .word:
                terms.insert(cut(token.text, longestTerm))
                for length in prefixes where token.text.unicodeScalars.count >= length {
                    terms.insert(prefixMark + cut(token.text, length))
                }
            case .dense:
                terms.insert(token.text)
                if token.isBound { terms.insert(last + token.text) }
                last = token.text
            case .symbol: terms.insert(token.text)
            }
        }
        return terms.sorted().joined(separator: " ")
    }

    /// The FTS5 query for all messages that may match, and maybe some that do not.
    static func match(_ query: SearchQuery, in rooms: [RoomKey], by: Int64?) -> String {
        var wanted: Set<String> = []
        for phrase in query.phrases {
            for (index, token) in phrase.tokens.enumerated() {
                switch token.kind {
                case .word where phrase.isOpen && index == phrase.tokens.count - 1: wanted.insert(prefix(token.text))
                case .word: wanted.insert(quoted(cut(token.text, longestTerm)))
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
        return length < longestTerm ? quoted(text) + "*" : quoted(cut(text, longestTerm))
    }

    private static func quoted(_ term: String) -> String { "\"\(term)\"" }

    private static func cut(_ text: String, _ length: Int) -> String { String(text.unicodeScalars.prefix(length)) }
}
