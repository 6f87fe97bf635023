/// Who gets which part of the window.
struct Geometry: Equatable {
    /// Columns of the list of rooms; 0 where the window is too narrow for it.
    let rooms: Int
    let main: Int
    /// Rows of messages, of what is told below them, and of the text that is being written.
    let messages: Int
    let told: Int
    let composer: Int

    static let narrow = 60
    static let smallest = (width: 20, height: 6)

    init(_ state: ChatState) {
        let (width, height) = (state.width, state.height)
        rooms = width < Self.narrow ? 0 : min(24, width / 4)
        // A line stands between the two.
        let main = rooms == 0 ? width : width - rooms - 1
        self.main = main
        let composed = ComposerLayout(state.composer, width: main).lines.count
        composer = min(composed, max(1, height / 3))
        let lines = state.notice.map { wrapped($0.visibleLine, width: main).count } ?? 1
        // Besides: the room's name, a message, and the state.
        told = max(1, min(lines, height - composer - 3))
        messages = max(1, height - composer - told - 2)
    }
}

extension ChatState {
    var isTooSmall: Bool { width < Geometry.smallest.width || height < Geometry.smallest.height }

    var geometry: Geometry { Geometry(self) }
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
            let shown = character.shown
            if !character.endsLine, used + shown.columns > width { next() }
            if index == composer.cursor { cursor = Screen.Place(row: lines.count - 1, column: used) }
            if character.endsLine {
                next()
            } else {
                lines[lines.count - 1] += shown
                used += shown.columns
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
