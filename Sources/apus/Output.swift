import ApusWire
import Foundation

/// A line on the standard output, at once: whoever reads it through a pipe is not to wait for a full buffer. Where nobody
/// reads any more, as behind `head`, the program ends without a word; where it cannot be written, it says so.
func printLine(_ line: String) {
    let trouble = Output.write("\(line)\n", to: STDOUT_FILENO)
    if trouble == EPIPE { exit(0) }
    if trouble != 0 { exit(complaining: Output.sentence(trouble)) }
}

func printLine(_ object: JSONObject) { printLine(String(decoding: JSONValue.object(object).encoded, as: UTF8.self)) }

/// A line on the standard error; where it cannot be written, nobody can be told.
func note(_ line: String) { _ = Output.write("apus: \(line)\n", to: STDERR_FILENO) }

private func exit(complaining sentence: String) -> Never {
    note(sentence)
    exit(1)
}

enum Output {
    /// Writes all of it. Not by `FileHandle` or `print`: the one ends the program with a crash when the reader has gone
    /// away, since NIO ignores SIGPIPE, and the other says nothing when the disk is full.
    /// - Returns: 0, or why it could not be written (`errno`).
    static func write(_ text: String, to descriptor: CInt) -> CInt {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // Somebody has made the terminal or pipe that we share one that does not wait.
                var place = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&place, 1, -1)
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }

    static func sentence(_ trouble: CInt) -> String {
        "The output cannot be written: \(String(cString: strerror(trouble)))."
    }
}
