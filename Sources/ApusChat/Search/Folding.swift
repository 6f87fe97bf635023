import Foundation
import Synchronization

/// Makes characters equal that people take for the same when they search: capitals, accents, full-width and half-width
/// forms, ligatures, skin tones.
enum Folding {
    enum Kind: Sendable {
        /// A letter or digit of a script that puts spaces between its words.
        case word
        /// A character of a script that does not, or (Hangul) writes endings without one.
        case dense
        /// An emoji or another picture.
        case symbol
        case separator
    }

    struct Unit: Sendable {
        let kind: Kind
        let text: String
        /// Makes one character with the one before it, if nothing stands between them.
        let joins: Bool
    }

    /// What is left of a character: mostly one unit, several for the likes of ㍿ and ﬁ, none for what nobody sees
    /// (soft hyphens, marks of direction).
    static func units(_ character: Character) -> [Unit] {
        let scalars = character.unicodeScalars
        if let first = scalars.first, scalars.count == 1, isPlainDense(first.value) {
            return [Unit(kind: .dense, text: String(character), joins: false)]
        }
        if let known = cache.withLock({ $0[character] }) { return known }
        let units = fold(String(character)).map { Unit(kind: kind($0), text: String($0), joins: joins($0)) }
        // A whole message of marks may be one character.
        if character.utf8.count > longestCached { return units }
        cache.withLock { cache in
            if cache.count >= maximumCached { cache = [:] }
            cache[character] = units
        }
        return units
    }

    /// Normalizing costs a microsecond a character; a language has few.
    private static let cache = Mutex<[Character: [Unit]]>([:])
    private static let maximumCached = 10_000
    /// In bytes: the longest emoji have 35.
    static let longestCached = 40

    /// Compatibility decomposition without accents, case folded (by way of capitals, which know ß and final sigma),
    /// composed again. Only the accents of Latin, Greek and Cyrillic go: in Japanese, Thai or Hindi a mark makes
    /// another word.
    private static func fold(_ text: String) -> String {
        var text = text.decomposedStringWithCompatibilityMapping
        text.unicodeScalars.removeAll(where: isInvisible)
        text = text.uppercased().lowercased()
        text.unicodeScalars.removeAll(where: isInvisible)
        return text.precomposedStringWithCanonicalMapping
    }

    /// Marks join everything; the vowels and endings of Hangul join a syllable, which this is.
    private static func joins(_ character: Character) -> Bool { "가\(character)".count == 1 }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x300...0x36F, 0xFE00...0xFE0F, 0x1F3FB...0x1F3FF, 0xE0100...0xE01EF: true
        case 0..<0x80: false
        default: scalar.properties.generalCategory == .format
        }
    }

    private static func kind(_ character: Character) -> Kind {
        guard let scalar = character.unicodeScalars.first else { return .separator }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
            return isDense(scalar.value) ? .dense : .word
        case .otherSymbol: return .symbol
        default: return scalar.properties.isEmojiPresentation ? .symbol : .separator
        }
    }

    /// The blocks of scripts without spaces (Unicode's Blocks.txt), and Hangul.
    private static func isDense(_ value: UInt32) -> Bool {
        switch value {
        case 0x0E00...0x109F,  // Thai, Lao, Tibetan, Burmese
            0x1100...0x11FF, 0x1780...0x17FF, 0x1950...0x19FF, 0x1A20...0x1AAF, 0x1B00...0x1B7F, 0x2E80...0x33FF,
            0x3400...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xA980...0xA9FF, 0xAA60...0xAADF, 0xAC00...0xD7FF,
            0xF900...0xFAFF, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x20000...0x3FFFF:
            true
        default: false
        }
    }

    /// Dense characters that folding leaves as they are: kana, Han, Hangul syllables.
    static func isPlainDense(_ value: UInt32) -> Bool {
        switch value {
        case 0x3041...0x3096, 0x30A1...0x30FA, 0x30FC...0x30FE, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7A3,
            0x20000...0x2A6DF:
            true
        default: false
        }
    }
}
