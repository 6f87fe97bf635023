import ApusServer
import Foundation

/// The terminal while the chat has it: characters come at once and unechoed, and the screen is a second one, so that what
/// stood there before is there again afterwards.
final class Terminal: Sendable {
    private let before: termios

    private static let enter = "\u{1B}[?1049h\u{1B}[?2004h"
    static let leave = "\u{1B}[?2004l\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l"

    init() throws(OperatorError) {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
            throw OperatorError(
                "apus chat needs a terminal, and the standard input or output is none. For scripts there are apus tail "
                    + "and apus send.", isUsage: true)
        }
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else {
            throw OperatorError("The terminal's settings cannot be read: \(String(cString: strerror(errno))).")
        }
        before = settings
        cfmakeraw(&settings)
        Lifeline.throwTo(before)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        write(Self.enter)
    }

    /// As it was. Harmless when repeated.
    func restore() {
        write(Self.leave)
        var settings = before
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    }

    var size: (width: Int, height: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// A terminal that is gone takes nothing; its hang-up ends the chat.
    func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { return }
            bytes = bytes.dropFirst(max(0, count))
        }
    }

    /// What is pressed, until the terminal is gone. Runs in a thread of its own, which ends with the program.
    func keys() -> AsyncStream<[Key]> {
        let (stream, continuation) = AsyncStream.makeStream(of: [Key].self)
        Thread.detachNewThread {
            Self.read(continuation)
            continuation.finish()
        }
        return stream
    }

    /// Longer than what belongs together takes to come over a slow line, shorter than somebody waits for Escape.
    private static let escapeDelay: CInt = 80

    private static func read(_ keys: AsyncStream<[Key]>.Continuation) {
        var parser = KeyParser()
        var piece = [UInt8](repeating: 0, count: 4_096)
        while true {
            var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            let ready = poll(&input, 1, parser.isPending ? escapeDelay : -1)
            if ready < 0, errno != EINTR { return }
            if ready == 0 { keys.yield(parser.flush()) }
            guard ready > 0 else { continue }
            let count = Foundation.read(STDIN_FILENO, &piece, piece.count)
            if count == 0 || count < 0 && errno != EINTR { return }
            if count > 0 { keys.yield(parser.parse(piece.prefix(count))) }
        }
    }
}

/// What gives the terminal back when the program is at fault: a shell without echo would be the worst of ends. Only
/// functions that a signal handler may call (POSIX, signal-safety).
private enum Lifeline {
    /// Written once, before the handlers are there that read it.
    nonisolated(unsafe) private static var settings = termios()
    nonisolated(unsafe) private static var leave: UnsafeMutablePointer<CChar>?
    nonisolated(unsafe) private static var length = 0

    static func throwTo(_ before: termios) {
        settings = before
        leave = strdup(Terminal.leave)
        length = strlen(Terminal.leave)
        for number in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE] {
            signal(number) { number in
                _ = Foundation.write(STDOUT_FILENO, Lifeline.leave, Lifeline.length)
                tcsetattr(STDIN_FILENO, TCSANOW, &Lifeline.settings)
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }
}
