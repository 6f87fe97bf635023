import ApusWire

/// What somebody looks for: every phrase of it must be in a message.
package struct SearchQuery: Sendable {
    /// Tokens that must follow one another. Words written with spaces are a phrase each; words in quotation marks are
    /// one together, and so is what is written in one piece: `well-known`, `用Swift寫的`.
    package struct Phrase: Sendable, Equatable {
        package struct Token: Sendable, Equatable {
            package let kind: SearchText.Token.Kind
            package let text: String
            package let isBound: Bool
        }

        package let tokens: [Token]
        /// Whether the last token may be the beginning of a word: the one that is being typed.
        package let isOpen: Bool
    }

    package static let maximumLength = 256
    /// A single letter stands for itself only: what begins with it is most of everything.
    package static let shortestPrefix = 2

    package let phrases: [Phrase]

    package init(_ text: String) throws {
        guard text.unicodeScalars.count <= Self.maximumLength else {
            throw Problem(
                .invalidField,
                "\"q\" has at most \(Self.maximumLength) characters, but \(text.unicodeScalars.count) came.")
        }
        let chunks = Self.chunks(text)
        var phrases: [Phrase] = []
        for (index, chunk) in chunks.enumerated() {
            let text = SearchText(String(chunk.text))
            let tokens = text.tokens.map { Phrase.Token(kind: $0.kind, text: text.text(of: $0), isBound: $0.isBound) }
            guard let last = tokens.last else { continue }
            let isOpen =
                index == chunks.count - 1 && !chunk.isClosed && last.kind == .word
                && last.text.unicodeScalars.count >= Self.shortestPrefix
            phrases.append(Phrase(tokens: tokens, isOpen: isOpen))
        }
        guard !phrases.isEmpty else {
            throw Problem(
                .invalidField, "\"q\" has no letter, digit or emoji to search for; give at least one.")
        }
        self.phrases = phrases
    }

    private struct Chunk {
        var text: Substring
        /// Ends with a quotation mark, so nobody is typing it any more.
        var isClosed: Bool
    }

    private static func chunks(_ text: String) -> [Chunk] {
        var chunks: [Chunk] = []
        var rest = text[...]
        while let start = rest.firstIndex(where: { !$0.isWhitespace }) {
            rest = rest[start...]
            if isQuote(rest[start]) {
                rest = rest.dropFirst()
                let end = rest.firstIndex(where: isQuote)
                chunks.append(Chunk(text: rest[..<(end ?? rest.endIndex)], isClosed: end != nil))
                rest = end.map { rest[$0...].dropFirst() } ?? ""
            } else {
                let end = rest.firstIndex { $0.isWhitespace || isQuote($0) } ?? rest.endIndex
                chunks.append(Chunk(text: rest[..<end], isClosed: false))
                rest = rest[end...]
            }
        }
        return chunks
    }

    private static func isQuote(_ character: Character) -> Bool { "\"“”„＂".contains(character) }

    /// Where a text holds what is looked for, in UTF-16 code units, in order and without overlaps; nil when some of it
    /// is missing.
    package func highlights(in text: String) -> [Range<Int>]? {
        let text = SearchText(text)
        var found: [Range<Int>] = []
        for phrase in phrases {
            let places = phrase.places(in: text)
            if places.isEmpty { return nil }
            found += places
        }
        found.sort { $0.lowerBound < $1.lowerBound }
        var merged: [Range<Int>] = []
        for range in found {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }
}

extension SearchQuery.Phrase {
    fileprivate func places(in text: SearchText) -> [Range<Int>] {
        let candidates = text.tokens
        guard candidates.count >= tokens.count else { return [] }
        return (0...(candidates.count - tokens.count)).compactMap { start in
            for (offset, wanted) in tokens.enumerated() {
                let token = candidates[start + offset]
                if wanted.isBound, !token.isBound { return nil }
                let isPrefix = isOpen && offset == tokens.count - 1
                guard text.holds(wanted.text, at: token, asPrefix: isPrefix) else { return nil }
            }
            return candidates[start].range.lowerBound..<candidates[start + tokens.count - 1].range.upperBound
        }
    }
}

extension SearchText {
    fileprivate func holds(_ wanted: String, at token: Token, asPrefix: Bool) -> Bool {
        let bytes = folded[token.folded]
        if asPrefix { return bytes.starts(with: wanted.utf8) }
        return bytes.elementsEqual(wanted.utf8) || (!isComposed && text(of: token) == wanted)
    }
}
