extension String {
    /// What somebody wrote, fit for a terminal: nothing in it commands the terminal, turns the text around it or leaves
    /// its line. Line feeds stay, for the layout to act on.
    var visible: [Character] {
        var result: [Character] = []
        for character in self {
            switch character {
            case "\n", "\r\n": result.append("\n")
            case "\t": result += Array(repeating: " ", count: 4)
            default: result += character.visible
            }
        }
        return result
    }

    /// The same on one line.
    var visibleLine: [Character] { visible.map { $0 == "\n" ? "⏎" : $0 } }
}

extension Character {
    /// More than any emoji has; a tower of accents would cover the lines above.
    private static let mostScalars = 12

    /// Nothing: it only guides line breaks or the order of letters, and is left out.
    fileprivate var visible: [Character] {
        guard let first = unicodeScalars.first else { return [] }
        switch first.value {
        case 0x00..<0x20: return Unicode.Scalar(0x2400 + first.value).map { [Character($0)] } ?? []
        case 0x7F: return ["␡"]
        case 0xAD, 0x61C, 0x200B...0x200F, 0x2060, 0xFEFF: return []
        default: break
        }
        switch first.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return ["\u{FFFD}"]
        default: break
        }
        let kept = String(String.UnicodeScalarView(unicodeScalars.prefix(Self.mostScalars)))
        guard kept.columns == 0 else { return Array(kept) }
        // An accent with no letter below it would go onto its neighbour.
        let carried = Array("◌\(kept)")
        return carried.count == 1 ? carried : ["\u{FFFD}"]
    }
}
