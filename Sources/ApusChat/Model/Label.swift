package import ApusWire

/// What people write for others to be shown on one line: names of people, hooks and rooms, and what rooms are about. It
/// must not look like anything beyond itself, in a page, a terminal or a log.
package enum Label {
    /// Refuses control characters, line breaks, and the marks that reorder what stands behind them (Unicode Standard
    /// Annex 9, explicit formatting). U+200E and U+200F, which Hebrew and Arabic names need, turn nothing but their place.
    package static func allows(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x202A...0x202E, 0x2066...0x2069: false
        default: ![.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
        }
    }

    /// Throws a `Problem` for a text of another length, with a character that is not allowed, or of nothing but spaces.
    /// - Parameter what: whose text it is, as `"name" of room.create`.
    package static func check(_ text: String, as what: String, lengths: ClosedRange<Int>) throws(Problem) {
        let scalars = text.unicodeScalars
        let came: String
        if !lengths.contains(scalars.count) {
            came = "\(scalars.count) came"
        } else if let scalar = scalars.first(where: { !allows($0) }) {
            let number = String(scalar.value, radix: 16, uppercase: true)
            came = "U+\(String(repeating: "0", count: max(0, 4 - number.count)))\(number) came"
        } else if lengths.lowerBound > 0, scalars.allSatisfy(\.properties.isWhitespace) {
            came = "only spaces came"
        } else {
            return
        }
        throw Problem(
            .invalidField,
            "\(what) has \(lengths.lowerBound) to \(lengths.upperBound) characters, none of them a control character, a "
                + "line break or a mark that reorders text, but \(came).")
    }
}
