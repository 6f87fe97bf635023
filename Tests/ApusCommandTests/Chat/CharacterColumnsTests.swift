import Testing

@testable import apus

struct CharacterColumnsTests {
    @Test(
        arguments: [
            ("a", 1), ("é", 1), ("e\u{301}", 1), ("你", 2), ("ｱ", 1), ("Ａ", 2), ("한", 2),
            ("\u{1112}\u{1161}\u{11AB}", 2),
            ("👍", 2), ("👍🏽", 2), ("👨‍👩‍👧", 2), ("🇩🇪", 2), ("☝🏽", 2), ("❤️", 2), ("❤", 1), ("1️⃣", 2), ("✓", 1), ("…", 1),
            ("\u{301}", 0), ("क", 1), ("𠀀", 2), ("│", 1),
        ] as [(Character, Int)])
    func `a character takes as many columns as terminals give it`(_ character: Character, _ columns: Int) {
        #expect(character.columns == columns)
    }

    @Test(arguments: [
        ("a\u{1B}[2Jb", "a␛[2Jb"), ("\u{7}\u{0}\u{7F}", "␇␀␡"), ("x\u{9B}31m", "x\u{FFFD}31m"),
        ("\u{202E}evil\u{2066}", "\u{FFFD}evil\u{FFFD}"), ("a\tb", "a    b"), ("a\r\nb\nc", "a\nb\nc"), ("a\rb", "a␍b"),
        ("\u{2028}", "\u{FFFD}"), ("\u{301}x", "◌\u{301}x"), ("so\u{AD}ft", "soft"), ("👨‍👩‍👧 ok", "👨‍👩‍👧 ok"),
        ("\u{85}", "\u{FFFD}"),
    ])
    func `what somebody wrote cannot command the terminal`(_ text: String, _ seen: String) {
        #expect(String(text.visible) == seen)
    }

    @Test func `no scalar that a terminal obeys comes through`() {
        for value in (0..<0x3000 as Range<UInt32>) {
            guard let scalar = Unicode.Scalar(value), scalar != "\n" else { continue }
            for character in "a\(Character(scalar))b".visible where character != "\n" {
                for seen in character.unicodeScalars {
                    let category = seen.properties.generalCategory
                    #expect(category != .control && seen.value != 0x202E, "U+\(String(value, radix: 16))")
                }
            }
        }
    }

    @Test func `a tower of accents is cut`() {
        let tower = "a" + String(repeating: "\u{301}", count: 500)
        #expect(tower.visible.count == 1)
        #expect(tower.visible[0].unicodeScalars.count == 12)
    }

    @Test(arguments: [
        ("one two three", 7, ["one two", "three"]), ("one  two", 3, ["one", "two"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("a\n\nb", 5, ["a", "", "b"]), ("你好世界", 5, ["你好", "世界"]), ("你好。世界", 4, ["你", "好。", "世界"]),
        ("ab 你好", 5, ["ab 你", "好"]), ("", 5, [""]), ("well then", 4, ["well", "then"]),
    ])
    func `lines break between words, and anywhere among Chinese characters`(
        _ text: String, _ width: Int, _ lines: [String]
    ) {
        #expect(wrapped(text.visible, width: width).map { String($0) } == lines)
        for line in wrapped(text.visible, width: width) { #expect(line.columns <= width) }
    }

    @Test func `a first line that is too short for a word is left empty`() {
        #expect(wrapped(Array("word by word"), width: 7, first: 3).map { String($0) } == ["", "word by", "word"])
        #expect(wrapped(Array("a word"), width: 7, first: 3).map { String($0) } == ["a", "word"])
        #expect(wrapped(Array("abcdefghi"), width: 7, first: 3).map { String($0) } == ["", "abcdefg", "hi"])
    }

    @Test func `what is cut ends with an ellipsis, and stays as wide as it must`() {
        #expect(Row("你好世界").fitted(to: 5).text == "你好…")
        #expect(Row("你好世界").fitted(to: 6).text == "你好… ")
        #expect(Row("ab").fitted(to: 4).text == "ab  ")
    }
}
