extension Character {
    /// How many columns a terminal gives to it: a grapheme cluster is one thing to the reader, whatever it is made of.
    var columns: Int {
        let scalars = unicodeScalars
        guard let first = scalars.first else { return 0 }
        guard scalars.count > 1 else { return first.columns }
        // Shown as a picture: by a selector, a skin tone, a joiner or as the letters of a flag (UTS #51).
        let isPicture = scalars.dropFirst().contains { scalar in
            switch scalar.value {
            case 0xFE0F, 0x1F3FB...0x1F3FF, 0x1F1E6...0x1F1FF: true
            case 0x200D: first.properties.isEmoji
            default: false
            }
        }
        return isPicture ? 2 : scalars.reduce(0) { $0 + $1.columns }
    }
}

extension Unicode.Scalar {
    fileprivate var columns: Int {
        // Vowels and final consonants of Hangul are drawn into the syllable that they follow.
        if (0x1160...0x11FF).contains(value) { return 0 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return WideScalars.contains(self) ? 2 : 1
        }
    }
}

extension Sequence<Character> {
    var columns: Int { reduce(0) { $0 + $1.columns } }
}
