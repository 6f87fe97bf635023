import Testing

@testable import ApusChat

struct EmojiTests {
    /// In the form that they have already.
    @Test(arguments: [
        "👍", "👍🏽", "❤️", "☝🏽", "☝️", "⌚", "©️", "🇨🇭", "1\u{FE0F}\u{20E3}", "#\u{FE0F}\u{20E3}", "*\u{FE0F}\u{20E3}",
        "👩‍👩‍👧‍👦", "🧑🏿‍🚀", "🏳️‍🌈", "🏴‍☠️", "👁️‍🗨️", "❤️‍🔥", "🐻‍❄️", "🕵️‍♂️", "🕵🏽‍♂️", "🏃‍♀️‍➡️", "👩🏻‍❤️‍💋‍👨🏼", "🏴",
        "🏴\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}",
        "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
        "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
    ])
    func `one emoji is one`(text: String) { #expect(Emoji.normalized(text).map(Self.scalars) == Self.scalars(text)) }

    @Test(arguments: [
        ("👍\u{FE0F}", "👍"), ("⌚\u{FE0F}", "⌚"), ("\u{2764}", "\u{2764}\u{FE0F}"), ("\u{A9}", "\u{A9}\u{FE0F}"),
        ("1\u{20E3}", "1\u{FE0F}\u{20E3}"), ("\u{1F3F3}\u{200D}🌈", "\u{1F3F3}\u{FE0F}\u{200D}🌈"),
        ("\u{1F575}\u{200D}\u{2642}", "\u{1F575}\u{FE0F}\u{200D}\u{2642}\u{FE0F}"),
        ("👩\u{FE0F}\u{200D}🚀\u{FE0F}", "👩\u{200D}🚀"),
    ])
    func `what looks alike is one`(text: String, one: String) {
        #expect(Emoji.normalized(text).map(Self.scalars) == Self.scalars(one))
        #expect(Emoji.normalized(one).map(Self.scalars) == Self.scalars(one))
    }

    @Test(arguments: [
        "", "a", "1", "#", "👍👍", "👍a", "a👍", "❤︎", "🇨", "🇨🇭🇨🇭", "🇨🇭🇨", ":tada:", " 👍", "👍 ", "\u{200D}", "\u{FE0F}",
        "1\u{FE0F}", "👍\u{301}", "好", "👍\u{200D}", "👍\u{200D}\u{200D}", "\u{200D}👍", "👍\u{FE0F}\u{FE0F}",
        "👍\u{200D}\u{200D}👍", "🇨\u{200D}", "🇨🇭\u{200D}👍", "👍\u{200D}🇨🇭", "🇨🇭\u{FE0F}", "👍🏽🏽", "👍🏽\u{FE0F}", "☝\u{FE0F}🏽",
        "⌚🏽", "🏽", "👍\u{200D}🏽", "😀\u{20E3}", "1\u{20E3}\u{20E3}", "1\u{FE0F}\u{FE0F}\u{20E3}", "a\u{20E3}", "\u{20E3}",
        "👍\u{200D}1\u{FE0F}\u{20E3}",
        "😀\u{E0067}\u{E0062}\u{E007F}", "🏴\u{E0067}\u{E0062}\u{E007F}",
        "🏴\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}",
        "🏴\u{E0075}\u{E0073}\u{E0074}\u{E0078}\u{E007F}",
        "👩" + String(repeating: "\u{200D}👩", count: 9), String(repeating: "\u{2764}\u{200D}", count: 8) + "\u{2764}",
    ])
    func `anything else is not`(text: String) { #expect(Emoji.normalized(text) == nil) }

    /// Strings are equal that have other scalars.
    private static func scalars(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }
}
