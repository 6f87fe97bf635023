/// What one may react with.
enum Emoji {
    static let maximumBytes = 64

    /// Whether a text is one emoji, as people see it: a single grapheme cluster that is shown in colour (UTS #51).
    static func isOne(_ text: String) -> Bool {
        guard text.utf8.count <= maximumBytes, text.count == 1 else { return false }
        let scalars = Array(text.unicodeScalars)
        guard scalars.allSatisfy(isPart) else { return false }
        if isFlagLetter(scalars[0]) { return scalars.count == 2 }
        if scalars[0].properties.isEmojiPresentation { return true }
        guard scalars[0].properties.isEmoji, scalars.count > 1 else { return false }
        // Digits and the like are emoji only as a keycap.
        if scalars[0].isASCII { return scalars.last == keycap }
        return scalars[1] == colour || scalars[1].properties.isEmojiModifier
    }

    private static let joiner: Unicode.Scalar = "\u{200D}"
    private static let keycap: Unicode.Scalar = "\u{20E3}"
    private static let colour: Unicode.Scalar = "\u{FE0F}"

    private static func isPart(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isEmoji || scalar == joiner || scalar == keycap || scalar == colour
            // Tags, which make the flags of regions.
            || ("\u{E0020}"..."\u{E007F}").contains(scalar)
    }

    private static func isFlagLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("\u{1F1E6}"..."\u{1F1FF}").contains(scalar)
    }
}
