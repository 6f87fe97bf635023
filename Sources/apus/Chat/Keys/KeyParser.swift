/// Makes keys of the bytes that a terminal sends (ECMA-48, and what xterm made of it). Bytes may come apart anywhere.
struct KeyParser {
    private var pending: [UInt8] = []
    private var pasted: [UInt8]?
    /// What was a key each is one text: an input method hands over a sentence, and it is one change to the screen.
    private var text: [UInt8] = []
    private var keys: [Key] = []

    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    /// Something has begun that more bytes may complete; after a while without any, `flush` says what it was.
    var isPending: Bool { !pending.isEmpty }

    mutating func parse(_ bytes: some Sequence<UInt8>) -> [Key] {
        pending += bytes
        while !pending.isEmpty {
            let used = pasted == nil ? key() : paste()
            guard used > 0 else { break }
            pending.removeFirst(used)
        }
        return take()
    }

    /// Nothing came after it: Escape was pressed, or text was broken off.
    mutating func flush() -> [Key] {
        guard pasted == nil else { return [] }
        if pending == [0x1B] { add(.escape) } else if pending.first != 0x1B { text += pending }
        pending = []
        return take()
    }

    private mutating func take() -> [Key] {
        endText()
        defer { keys = [] }
        return keys
    }

    private mutating func add(_ key: Key) {
        endText()
        keys.append(key)
    }

    private mutating func endText() {
        // What is no UTF-8 is shown as such.
        if !text.isEmpty { keys.append(.text(String(decoding: text, as: UTF8.self))) }
        text = []
    }

    /// How many bytes were used; 0 if more are needed.
    private mutating func key() -> Int {
        let byte = pending[0]
        switch byte {
        case 0x1B: return escape()
        case 0x20..<0x7F: text.append(byte)
        case 0x80...0xFF: return character()
        case 0x01: add(.home)
        case 0x03, 0x04, 0x11: add(.quit)
        case 0x05: add(.end)
        case 0x08, 0x7F: add(.backspace)
        case 0x0A: add(.newLine)
        case 0x0C: add(.redraw)
        case 0x0D: add(.enter)
        case 0x0E: add(.nextRoom)
        case 0x10: add(.previousRoom)
        case 0x15: add(.lineBack)
        case 0x17: add(.wordBack)
        default: break
        }
        return 1
    }

    private mutating func character() -> Int {
        let length =
            switch pending[0] {
            case 0xC2..<0xE0: 2
            case 0xE0..<0xF0: 3
            case 0xF0..<0xF5: 4
            default: 1
            }
        let rest = pending.dropFirst().prefix(length - 1)
        // One that is cut off by another character is not waited for.
        let isBroken = rest.contains { $0 & 0xC0 != 0x80 }
        guard isBroken || pending.count >= length else { return 0 }
        let used = isBroken ? 1 : length
        text += pending.prefix(used)
        return used
    }

    private mutating func escape() -> Int {
        guard pending.count > 1 else { return 0 }
        switch pending[1] {
        case UInt8(ascii: "["): return sequence()
        case UInt8(ascii: "O"):
            guard pending.count > 2 else { return 0 }
            final(pending[2], "")
            return 3
        case 0x0D, 0x0A: add(.newLine)
        case 0x7F: add(.wordBack)
        case 0x1B:
            add(.escape)
            return 1
        default:
            // Alt with a letter; none is used.
            break
        }
        return 2
    }

    /// Control Sequence Introducer: parameters, then one final byte. One that is not known does nothing.
    private mutating func sequence() -> Int {
        guard let end = pending.dropFirst(2).firstIndex(where: { !(0x20...0x3F).contains($0) }) else {
            return pending.count > 64 ? pending.count : 0
        }
        final(pending[end], String(decoding: pending[2..<end], as: UTF8.self))
        return end + 1
    }

    private mutating func final(_ byte: UInt8, _ parameters: String) {
        let isAlt = parameters.hasSuffix(";3")
        switch (byte, parameters) {
        case (UInt8(ascii: "~"), "200"): pasted = []
        case (UInt8(ascii: "A"), _): add(isAlt ? .previousRoom : .up)
        case (UInt8(ascii: "B"), _): add(isAlt ? .nextRoom : .down)
        case (UInt8(ascii: "C"), _): add(.right)
        case (UInt8(ascii: "D"), _): add(.left)
        case (UInt8(ascii: "H"), _), (UInt8(ascii: "~"), "1"), (UInt8(ascii: "~"), "7"): add(.home)
        case (UInt8(ascii: "F"), _), (UInt8(ascii: "~"), "4"), (UInt8(ascii: "~"), "8"): add(.end)
        case (UInt8(ascii: "M"), ""): add(.enter)
        case (UInt8(ascii: "~"), "3"): add(.delete)
        case (UInt8(ascii: "~"), "5"): add(.pageUp)
        case (UInt8(ascii: "~"), "6"): add(.pageDown)
        // Enter with a modifier, from terminals that tell (CSI u).
        case (UInt8(ascii: "u"), _) where parameters.hasPrefix("13;"): add(.newLine)
        default: break
        }
    }

    private mutating func paste() -> Int {
        // An end that may be coming is waited for.
        let matches = pending.indices.first { index in
            zip(pending[index...], Self.pasteEnd).allSatisfy { $0 == $1 }
        }
        let end = matches ?? pending.count
        pasted? += pending[..<end]
        guard matches != nil, pending.count - end >= Self.pasteEnd.count else {
            pending.removeFirst(end)
            return 0
        }
        let text = String(decoding: pasted ?? [], as: UTF8.self)
        add(.pasted(text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")))
        pasted = nil
        return end + Self.pasteEnd.count
    }
}
