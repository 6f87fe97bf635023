/// Who gets which part of the window.
struct Geometry: Equatable {
    /// Columns of the list of rooms; 0 where the window is too narrow for it.
    let rooms: Int
    let main: Int
    /// Rows of messages, and of the text that is being written.
    let messages: Int
    let composer: Int

    static let narrow = 60
    static let smallest = (width: 20, height: 6)

    init(width: Int, height: Int, composed: Int) {
        rooms = width < Self.narrow ? 0 : min(24, width / 4)
        // A line stands between the two.
        main = rooms == 0 ? width : width - rooms - 1
        composer = min(max(1, composed), max(1, height / 3))
        // Besides: the room's name, a line that tells things, and the state.
        messages = max(1, height - composer - 3)
    }
}

extension ChatState {
    var isTooSmall: Bool { width < Geometry.smallest.width || height < Geometry.smallest.height }

    var geometry: Geometry {
        let width = Geometry(width: width, height: height, composed: 1).main
        return Geometry(width: self.width, height: height, composed: ComposerLayout(composer, width: width).lines.count)
    }
}

/// The composer's text on lines, broken wherever the width ends, and the place of its cursor there.
struct ComposerLayout: Equatable {
    private(set) var lines: [[Character]] = [[]]
    private(set) var cursor = Screen.Place(row: 0, column: 0)

    static let prompt = 2

    init(_ composer: Composer, width: Int) {
        let width = max(2, width - Self.prompt)
        var used = 0
        for (index, character) in composer.text.enumerated() {
            if character != "\n", used + character.columns > width { next() }
            if index == composer.cursor { cursor = Screen.Place(row: lines.count - 1, column: used) }
            if character == "\n" {
                next()
            } else {
                lines[lines.count - 1].append(character)
                used += character.columns
            }
        }
        if composer.cursor == composer.text.count {
            if used >= width { next() }
            cursor = Screen.Place(row: lines.count - 1, column: used)
        }
        func next() {
            lines.append([])
            used = 0
        }
    }
}
