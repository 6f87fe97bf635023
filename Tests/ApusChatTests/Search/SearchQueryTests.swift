import ApusWire
import Testing

@testable import ApusChat

struct SearchQueryTests {
    /// The text with brackets around what is highlighted; nil where nothing is found.
    private func marked(_ query: String, _ text: String) throws -> String? {
        let units = Array(text.utf16)
        guard let ranges = try SearchQuery(query).highlights(in: text) else { return nil }
        var result = ""
        var position = 0
        for range in ranges {
            result += String(decoding: units[position..<range.lowerBound], as: UTF16.self)
            result += "[\(String(decoding: units[range], as: UTF16.self))]"
            position = range.upperBound
        }
        return result + String(decoding: units[position...], as: UTF16.self)
    }

    @Test(arguments: [
        ("world hello", "Hello, World!", "[Hello], [World]!"),
        ("hello moon", "Hello, World!", nil),
        ("serv", "A server serves", "A [server] [serves]"),
        ("serv now", "A server now", nil),
        ("\"serv\"", "A server", nil),
        ("\"a serv", "A server", "[A server]"),
        ("s", "server s", "server [s]"),
        ("\"to be\" or", "or to be", "[or] [to be]"),
        ("\"to be\" or", "or be to", nil),
        ("well-known", "a well known way", "a [well known] way"),
        ("don't", "I don't", "I [don't]"),
        ("CAFÉ", "cafe", "[cafe]"),
        ("天", "今天天气", "今[天天]气"),
        ("天气", "今天天气，天 气", "今天[天气]，天 气"),
        ("天气 今", "今天天气", "[今]天[天气]"),
        ("用Swift寫的", "是用Swift寫的。", "是[用Swift寫的]。"),
        ("用swift", "用 Swift", "[用 Swift]"),
        ("用Swi", "用Swift寫", "[用Swift]寫"),
        ("東京", "東\n京", nil),
        ("コン", "ﾊﾟｿｺﾝ", "ﾊﾟｿ[ｺﾝ]"),
        ("パ", "ﾊﾟｿｺﾝ", "[ﾊﾟ]ｿｺﾝ"),
        ("会社", "㍿です", "[㍿]です"),
        ("🎉", "so 🎉🎉 go", "so [🎉🎉] go"),
        ("👍", "ok👍🏽", "ok[👍🏽]"),
        ("𠮷野", "𠮷野家", "[𠮷野]家"),
        ("“to be”", "to be", "[to be]"),
        ("foo -", "foo", "[foo]"),
        ("a* OR b:c NEAR(d)", "a or b c near d", "[a] [or] [b c] [near d]"),
    ]) func `a query finds and highlights`(_ query: String, _ text: String, _ expected: String?) throws {
        #expect(try marked(query, text) == expected)
    }

    @Test(arguments: ["", "   ", "?!", "\"\"", "\"", "\u{AD}", "…，。"])
    func `a query of nothing is refused with a sentence`(_ query: String) {
        let problem = #expect(throws: Problem.self) { try SearchQuery(query) }
        #expect(problem?.code == .invalidField)
        #expect(problem?.detail.contains("no letter") == true)
    }

    @Test func `a query has at most 256 characters`() throws {
        #expect(try SearchQuery(String(repeating: "天", count: 256)).phrases.count == 1)
        let problem = #expect(throws: Problem.self) { try SearchQuery(String(repeating: "天", count: 257)) }
        #expect(problem?.detail.contains("257") == true)
    }
}
