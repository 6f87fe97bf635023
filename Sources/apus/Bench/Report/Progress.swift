import Foundation

/// One line about what is going on, at most once a second, on standard error.
struct Progress {
    /// What stands before each line.
    var title = ""
    private let isQuiet: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var last: Int64
    private var isShown = false

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        last = Monotonic.now()
    }

    mutating func say(_ line: () -> String) {
        let now = Monotonic.now()
        guard !isQuiet, now - last >= 1_000_000_000 else { return }
        last = now
        isShown = true
        // On a terminal the line is written over the last one.
        write(isTerminal ? "\r\(title): \(line())\u{1B}[K" : "\(title): \(line())\n")
    }

    /// Takes the line off a terminal, so that results begin on a clean one.
    mutating func clear() {
        if isTerminal, isShown { write("\r\u{1B}[K") }
        isShown = false
    }

    /// Where it cannot be written, nobody misses it.
    private func write(_ text: String) { _ = Output.write(text, to: STDERR_FILENO) }
}
