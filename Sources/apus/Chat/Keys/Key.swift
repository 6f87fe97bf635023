/// What somebody did on the keyboard.
enum Key: Equatable, Sendable {
    /// Finished text: a letter, or what an input method hands over, which may be many characters at once.
    case text(String)
    /// Text from elsewhere: what it holds is never a command.
    case pasted(String)
    case enter
    case newLine
    case escape
    case backspace
    case delete
    case left
    case right
    case up
    case down
    case home
    case end
    case pageUp
    case pageDown
    case nextRoom
    case previousRoom
    case wordBack
    case lineBack
    case redraw
    case quit
}
