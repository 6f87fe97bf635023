/// What one may react with: one emoji sequence of UTS #51, in one form, so that what looks alike is one reaction.
enum Emoji {
    static let maximumBytes = 64

    /// The one form of an emoji: with U+FE0F where the character is text by default, and without it where it is an emoji
    /// by default. Nil for everything that is not exactly one emoji.
    static func normalized(_ text: String) -> String? {
        // Each scalar may bring one U+FE0F that is dropped, but never two.
        guard text.utf8.count <= 2 * maximumBytes else { return nil }
        var rest = Array(text.unicodeScalars)[...]
        guard let sequence = flag(&rest) ?? keycap(&rest) ?? region(&rest) ?? joined(&rest), rest.isEmpty else {
            return nil
        }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: sequence)
        let emoji = String(view)
        return emoji.utf8.count <= maximumBytes ? emoji : nil
    }

    private typealias Scalars = [Unicode.Scalar]
    private typealias Rest = ArraySlice<Unicode.Scalar>

    private static let joiner: Unicode.Scalar = "\u{200D}"
    private static let keycapMark: Unicode.Scalar = "\u{20E3}"
    private static let colour: Unicode.Scalar = "\u{FE0F}"
    private static let blackFlag: Unicode.Scalar = "\u{1F3F4}"

    /// England, Scotland and Wales: the only sequences of tags that Unicode recommends.
    private static let regions: [Scalars] = ["gbeng", "gbsct", "gbwls"].map { name in
        // Tags are ASCII moved up by U+E0000, and U+E007F ends them.
        [blackFlag] + name.unicodeScalars.map { Unicode.Scalar(0xE0000 + $0.value)! } + ["\u{E007F}"]
    }

    /// Two letters of a flag.
    private static func flag(_ rest: inout Rest) -> Scalars? {
        guard rest.count >= 2, rest.prefix(2).allSatisfy(isFlagLetter) else { return nil }
        defer { rest = rest.dropFirst(2) }
        return Scalars(rest.prefix(2))
    }

    private static func keycap(_ rest: inout Rest) -> Scalars? {
        guard let key = rest.first, key.isASCII, key.properties.isEmoji else { return nil }
        let after = rest.dropFirst(rest.dropFirst().first == colour ? 2 : 1)
        guard after.first == keycapMark else { return nil }
        rest = after.dropFirst()
        return [key, colour, keycapMark]
    }

    private static func region(_ rest: inout Rest) -> Scalars? {
        guard let region = regions.first(where: rest.starts) else { return nil }
        rest = rest.dropFirst(region.count)
        return region
    }

    /// One element, or several with joiners between them.
    private static func joined(_ rest: inout Rest) -> Scalars? {
        guard var sequence = element(&rest) else { return nil }
        while rest.first == joiner {
            rest = rest.dropFirst()
            guard let next = element(&rest) else { return nil }
            sequence += [joiner] + next
        }
        return sequence
    }

    /// A character, with a skin colour or U+FE0F or nothing.
    private static func element(_ rest: inout Rest) -> Scalars? {
        guard let base = rest.first, isBase(base) else { return nil }
        rest = rest.dropFirst()
        if let skin = rest.first, skin.properties.isEmojiModifier, base.properties.isEmojiModifierBase {
            rest = rest.dropFirst()
            return [base, skin]
        }
        if rest.first == colour { rest = rest.dropFirst() }
        return base.properties.isEmojiPresentation ? [base] : [base, colour]
    }

    /// Digits, letters of flags and skin colours are parts of emoji, and none by themselves.
    private static func isBase(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isEmoji && !scalar.isASCII && !isFlagLetter(scalar) && !scalar.properties.isEmojiModifier
    }

    private static func isFlagLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("\u{1F1E6}"..."\u{1F1FF}").contains(scalar)
    }
}
