/// Names for what is hard to type in a terminal: those that GitHub's reactions have.
enum EmojiName {
    static let all: [(name: String, emoji: String)] = [
        ("+1", "👍"), ("-1", "👎"), ("laugh", "😄"), ("hooray", "🎉"), ("confused", "😕"), ("heart", "❤️"),
        ("rocket", "🚀"), ("eyes", "👀"),
    ]

    /// Whatever is no name is an emoji, or is refused by the server, which knows them all.
    static func emoji(_ word: String) -> String {
        let name =
            word.count > 2 && word.hasPrefix(":") && word.hasSuffix(":") ? String(word.dropFirst().dropLast()) : word
        return all.first { $0.name == name }?.emoji ?? word
    }

    /// What keyboards add and leave out (U+FE0F) makes no other emoji.
    static func isSame(_ one: String, _ other: String) -> Bool {
        one.unicodeScalars.filter { $0 != "\u{FE0F}" }.elementsEqual(other.unicodeScalars.filter { $0 != "\u{FE0F}" })
    }
}
