/// Breaks text into lines of at most `width` columns: at spaces, beside characters of two columns (Chinese and Japanese
/// have no spaces), and where nothing else helps anywhere. The first line may be shorter.
func wrapped(_ text: [Character], width: Int, first: Int? = nil) -> [[Character]] {
    var lines: [[Character]] = []
    var line: [Character] = []
    var used = 0
    var mayBreakAt: Int?
    func limit() -> Int { lines.isEmpty ? first ?? width : width }
    func end(at index: Int) {
        var done = line[..<index]
        while done.last == " " { done.removeLast() }
        lines.append(Array(done))
        line = Array(line[index...])
        used = line.columns
        mayBreakAt = nil
    }
    for character in text {
        if character == "\n" {
            end(at: line.count)
            continue
        }
        let columns = character.columns
        let isBesideWide = columns == 2 || line.last.map { $0.columns == 2 } ?? false
        if line.last == " " || isBesideWide, !closing.contains(character) { mayBreakAt = line.count }
        while used + columns > limit(), character != " ", !line.isEmpty {
            // A word that a whole line would hold is not torn because the first one is shorter.
            end(at: mayBreakAt ?? (limit() < width ? 0 : line.count))
        }
        // Spaces at the end of a line stand past it; `end` takes them away.
        line.append(character)
        used += columns
    }
    end(at: line.count)
    return lines
}

/// What must not begin a line (JIS X 4051, the common ones).
private let closing: Set<Character> = [
    "。", "，", "、", "．", "！", "？", "：", "；", "」", "』", "）", "】", "》", "〉", "〕", "ー", "…",
]
