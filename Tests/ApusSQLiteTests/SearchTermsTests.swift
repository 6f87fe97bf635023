import ApusCore
import ApusTestKit
import Foundation
import Testing

@testable import ApusChat
@testable import ApusSQLite

/// What the index keeps of a text. Databases hold entries of these very terms, and an entry is removed by naming them.
struct SearchTermsTests {
    /// `␣` for the mark of a beginning.
    @Test(arguments: [
        ("", ""),
        ("…", ""),
        ("a", "a"),
        ("Hello, hello World!", "hello ␣he ␣hel world ␣wo ␣wor"),
        ("he hel hello", "he ␣he hel ␣hel hello"),
        ("x1 x1 1x", "x1 ␣x1 1x ␣1x"),
        ("天气，天气 好", "天 气 天气 好"),
        ("天天天", "天 天天"),
        ("用Swift寫的", "用 swift ␣sw ␣swi 寫 的 寫的"),
        ("㍿𠮷", "株 式 株式 会 式会 社 会社 𠮷 社𠮷"),
        ("Ёлка ёлки", "елка ␣ел ␣елк елки"),
        ("go👍🏽👍 ga", "go ␣go 👍 ga ␣ga"),
        // A vowel sign that an invisible character keeps from its letter: the same to Unicode, and so the same term.
        ("가 \u{1100}\u{200E}\u{1161}", "가 \u{1100} \u{1161}"),
        ("آ ا\u{200E}\u{653}", "آ ␣ا\u{653}"),
    ]) func `a text becomes terms, each once`(_ text: String, _ expected: String) {
        let terms = String(decoding: SearchTerms.document(text, room: 7, by: 30), as: UTF8.self)
        let marked = expected.replacing("␣", with: "\u{E002}")
        #expect(Array(terms.utf8) == Array("\u{E000}7 \u{E001}30\(marked.isEmpty ? "" : " ")\(marked)".utf8))
    }

    @Test func `a long word is a term up to its fortieth character`() {
        for letter in ["x", "é", "𝒳"] {
            let text = String(repeating: letter, count: 41)
            let terms = SearchTerms.document(text, room: 1, by: 1)
            #expect(terms == SearchTerms.document(String(text.dropLast()), room: 1, by: 1))
            #expect(terms.count == SearchTerms.document(String(text.dropLast(2)), room: 1, by: 1).count + 1)
        }
    }

    @Test func `a text of many words takes no longer than its length`() {
        let text = (0..<3000).map { String($0, radix: 36) }.joined(separator: " ")
        let clock = ContinuousClock()
        // Compared one with the other, they would take minutes.
        #expect(clock.measure { _ = SearchTerms.document(text, room: 1, by: 1) } < .seconds(5))
    }

    // MARK: against the plainest way to say it

    private struct Token: Equatable {
        let kind: Folding.Kind
        var text: String
        let isBound: Bool
    }

    /// Character by character.
    private static func tokens(_ text: String) -> [Token] {
        var tokens: [Token] = []
        var isInWord = false
        var isAfterDense = false
        for unit in text.flatMap(Folding.units) {
            switch unit.kind {
            case .word where isInWord: tokens[tokens.count - 1].text += unit.text
            case .separator: break
            default:
                tokens.append(Token(kind: unit.kind, text: unit.text, isBound: unit.kind == .dense && isAfterDense))
            }
            isInWord = unit.kind == .word
            isAfterDense = unit.kind == .dense
        }
        return tokens
    }

    private static func terms(_ tokens: [Token], room: Int64, by: Int64) -> String {
        var terms: [String] = []
        func add(_ term: String) { if !terms.contains(term) { terms.append(term) } }
        func first(_ count: Int, of text: String) -> String {
            var start = String.UnicodeScalarView()
            start.append(contentsOf: text.unicodeScalars.prefix(count))
            return String(start)
        }
        add("\u{E000}\(room)")
        add("\u{E001}\(by)")
        for (index, token) in tokens.enumerated() {
            if token.kind != .word {
                add(token.text)
                if token.isBound { add(tokens[index - 1].text + token.text) }
                continue
            }
            add(first(40, of: token.text))
            for count in 2...3 where token.text.unicodeScalars.count >= count {
                add("\u{E002}" + first(count, of: token.text))
            }
        }
        return terms.joined(separator: " ")
    }

    private static let alphabets: [[String]] = [
        "aabcXYZ019 ,.-_\r\n\t".map(String.init),
        "今天下午三点开会，。天气 ab1".map(String.init),
        "かがカガｶﾞﾊﾟー々〆\u{3099}\u{309A} 天".map(String.init),
        "한국어가나\u{1100}\u{1161}\u{11A8}\u{200E}ﾡￂ ".unicodeScalars.map { String($0) },
        "éÉeE\u{301}ßẞﬁﬀŉİıſΣσςЁё\u{483}\u{AD} ".unicodeScalars.map { String($0) },
        "ابآا\u{653}\u{654}\u{64B}\u{600}שלוםׁ\u{200F} ".unicodeScalars.map { String($0) },
        "कखक़\u{93C}\u{93E}\u{94D}িোভ\u{9BE}\u{9C7}ภาษาไ ".unicodeScalars.map { String($0) },
        ["🎉", "👍🏽", "👩‍💻", "❤️", "❤", "🇩🇪", "🇩", "\u{200D}", "\u{FE0F}", "㍿", "ﷺ", "①", "½", " ", "go", "葛\u{E0100}"],
    ]

    @Test func `a text's tokens and terms are what its characters make them`() {
        let seed = ProcessInfo.processInfo.environment["APUS_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...(.max))
        print("search terms with APUS_SEED=\(seed)")
        var random = Scrambler(seed: seed)
        var uncomposed = 0
        for round in 0..<2000 {
            let alphabets = round % 9 == 8 ? Array(Self.alphabets.joined()) : Self.alphabets[round % 9]
            let length = Int.random(in: 0...40, using: &random)
            let text = (0..<length).map { _ in
                // Any scalar at all, now and then.
                if Int.random(in: 0..<50, using: &random) == 0,
                    let scalar = Unicode.Scalar(UInt32.random(in: 0..<0x1_1200, using: &random))
                {
                    return String(scalar)
                }
                return alphabets.randomElement(using: &random) ?? ""
            }.joined()
            let expected = Self.tokens(text)
            let scanned = SearchText(text)
            uncomposed += scanned.isComposed ? 0 : 1
            let tokens = scanned.tokens.map { token -> Token in
                let kind: Folding.Kind =
                    switch token.kind {
                    case .word: .word
                    case .dense: .dense
                    case .symbol: .symbol
                    }
                return Token(kind: kind, text: scanned.text(of: token), isBound: token.isBound)
            }
            let scalars = text.unicodeScalars.map { String($0.value, radix: 16) }
            #expect(tokens == expected, "\(scalars), seed \(seed)")
            #expect(
                Array(Self.terms(expected, room: 12, by: 34).utf8) == SearchTerms.document(text, room: 12, by: 34),
                "\(scalars), seed \(seed)")
        }
        #expect(uncomposed > 100, "seed \(seed)")
    }
}
