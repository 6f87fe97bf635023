package import ApusCore

/// Somebody whom a message names, or everybody in its room.
package struct Mention: Sendable, Equatable {
    /// Nil for everybody.
    package let user: UserKey?
    /// As it stands in events: the user's id, or `everybody`.
    package let id: String

    package static let everybody = "all"
    /// The most different names that count in one message; those after them are only text.
    package static let maximum = 50

    package init(user: UserKey?, id: String) {
        self.user = user
        self.id = id
    }

    /// The different names after an `@`, in small letters and in order: what may name somebody, whoever there is.
    ///
    /// Not what follows a letter, a digit or one of `_-@./`, as in a mail address or a path; and nothing in code, which
    /// CommonMark (§6.1, §4.5) has between two runs of as many backticks, or from three on to the end.
    package static func names(in text: String) -> [String] {
        var text = text
        return text.withUTF8 { $0.contains(UInt8(ascii: "@")) ? names($0) : [] }
    }

    private static func names(_ text: UnsafeBufferPointer<UInt8>) -> [String] {
        let lastRuns = lastBacktickRuns(text)
        var names: [String] = []
        var index = 0
        while index < text.count, names.count < maximum {
            switch text[index] {
            case UInt8(ascii: "`"):
                index = endOfCode(text, from: index, lastRuns)
            case UInt8(ascii: "@") where index == 0 || !belongsToAddress(text[index - 1]):
                let start = index + 1
                index = text[start...].firstIndex { !isOfName($0) } ?? text.count
                guard (2...32).contains(index - start) else { continue }
                let name = String(decoding: text[start..<index].map(lowercased), as: UTF8.self)
                if !names.contains(name) { names.append(name) }
            default: index += 1
            }
        }
        return names
    }

    /// Where the text goes on after a run of backticks, and after the code that it begins.
    private static func endOfCode(
        _ text: UnsafeBufferPointer<UInt8>, from start: Int, _ lastRuns: [Int: Int]
    ) -> Int {
        let end = endOfRun(text, from: start)
        let length = end - start
        // Looked up first, for looking through the rest of the text for each run would take its square.
        guard let last = lastRuns[length], last > start else { return length >= 3 ? text.count : end }
        var index = end
        while true {
            while text[index] != UInt8(ascii: "`") { index += 1 }
            let next = endOfRun(text, from: index)
            if next - index == length { return next }
            index = next
        }
    }

    /// Where the last run of backticks of each length begins.
    private static func lastBacktickRuns(_ text: UnsafeBufferPointer<UInt8>) -> [Int: Int] {
        var runs: [Int: Int] = [:]
        var index = 0
        while let start = text[index...].firstIndex(of: UInt8(ascii: "`")) {
            index = endOfRun(text, from: start)
            runs[index - start] = start
        }
        return runs
    }

    private static func endOfRun(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        text[start...].firstIndex { $0 != UInt8(ascii: "`") } ?? text.count
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch lowercased(byte) {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func belongsToAddress(_ byte: UInt8) -> Bool {
        isOfName(byte) || byte == UInt8(ascii: "@") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/")
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
