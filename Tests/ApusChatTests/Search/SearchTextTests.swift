import Testing

@testable import ApusChat

struct SearchTextTests {
    /// Tokens with a space between them; `·` stands before a character that does not follow the one before it closely.
    private func tokens(_ text: String) -> String {
        let scanned = SearchText(text)
        return scanned.tokens.map { token in
            (token.kind == .dense && !token.isBound ? "·" : "") + scanned.text(of: token)
        }.joined(separator: " ")
    }

    @Test(arguments: [
        ("Hello, World!", "hello world"),
        ("ÉCOLE école e\u{301}cole", "ecole ecole ecole"),
        ("Straße ΣΟΦΟΣ σοφός İstanbul", "strasse σοφοσ σοφοσ istanbul"),
        ("ＡＢＣ１２３ ﬁne ①", "abc123 fine 1"),
        ("don't foo_bar v1.2", "don t foo bar v1 2"),
        ("co\u{AD}operate \u{200E}abc", "cooperate abc"),
        ("線\r\nline\r\nend", "·線 line end"),
        ("用Swift寫的", "·用 swift ·寫 的"),
        ("天气，天气 好", "·天 气 ·天 气 ·好"),
        ("ﾊﾟｿｺﾝ パソコン", "·パ ソ コ ン ·パ ソ コ ン"),
        ("が か", "·が ·か"),
        ("㍿", "·株 式 会 社"),
        ("안녕하세요", "·안 녕 하 세 요"),
        ("\u{1112}\u{1161}\u{11AB}글", "·한 글"),
        ("ภาษาไทย", "·ภ า ษ า ไ ท ย"),
        ("सेब किताब", "सेब किताब"),
        ("привет Ёлка", "привет елка"),
        ("שלום مرحبا", "שלום مرحبا"),
        ("𠮷野家", "·𠮷 野 家"),
        ("🎉👍🏽 go👩‍💻", "🎉 👍 go 👩 💻"),
        ("❤️ ❤ 🇩🇪", "❤ ❤ 🇩🇪"),
        ("… !? \u{E000} \t", ""),
        ("", ""),
    ]) func `a text becomes words, single characters and symbols`(_ text: String, _ expected: String) {
        #expect(tokens(text) == expected)
    }

    @Test func `tokens say where they stand in UTF-16`() {
        let text = "Ａé 🎉天\r\n𠮷 end"
        let slices = SearchText(text).tokens.map { token in
            String(decoding: Array(text.utf16)[token.range], as: UTF16.self)
        }
        #expect(slices == ["Ａé", "🎉", "天", "𠮷", "end"])
    }

    @Test func `a word may be as long as a message`() {
        #expect(SearchText(String(repeating: "a", count: 10_000)).tokens.map(\.folded.count) == [10_000])
        #expect(SearchText(String(repeating: "é", count: 10_000)).tokens.map(\.folded.count) == [10_000])
    }
}
