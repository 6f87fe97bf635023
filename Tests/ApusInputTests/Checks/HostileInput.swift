/// What may come from anybody on the network, and what must hold for whatever comes. Both `script/fuzz` and the
/// ordinary tests call `check`; the inputs are in `Tests/Fuzz/<raw value>/`.
enum HostileInput: String, CaseIterable, Sendable {
    /// A WebSocket's bytes, and the places where the network cuts them.
    case frames
    /// A text frame or a body: JSON, frames, commands.
    case json
    /// A cursor; and a moment of which the first eight bytes are the milliseconds.
    case text
    /// The head of a request, and a body after it.
    case request

    /// Throws a `Finding` when something that must hold does not; anything else that goes wrong is a trap.
    func check(_ bytes: [UInt8]) throws(Finding) {
        switch self {
        case .frames: try FrameCheck(bytes).run()
        case .json: try JSONCheck(bytes).run()
        case .text: try TextCheck(bytes).run()
        case .request: try RequestCheck(bytes).run()
        }
    }
}

/// A rule that an input has broken.
struct Finding: Error, CustomStringConvertible {
    let description: String
}

func expect(_ condition: Bool, _ rule: @autoclosure () -> String) throws(Finding) {
    if !condition { throw Finding(description: rule()) }
}
