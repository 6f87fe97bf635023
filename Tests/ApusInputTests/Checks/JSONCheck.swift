import ApusChat
import ApusWire

/// What parses, encodes and parses again to the same value; and so do the frames and commands in it.
struct JSONCheck {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func run() throws(Finding) {
        guard let value = try? JSONValue(parsing: bytes) else {  // refused, as most input should be
            try expect((try? ClientFrame(parsing: bytes)) == nil, "a frame that is no JSON")
            return
        }
        let text = try Self.again(value)
        try expect(text.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "a control character in the JSON that was written")
        let pieces = AnySequence(bytes.lazy.map { $0 })
        try expect((try? JSONValue(parsing: pieces)) == value, "another value when the bytes are not in one piece")
        try frame(value, text)
        try commands(value, requiresID: true)
        try commands(value, requiresID: false)
        // A client of ours reads it, too: it may refuse, but not trap.
        _ = try? ServerFrame(parsing: bytes)
    }

    /// The value as text, from which the same value and the same text come again.
    @discardableResult
    private static func again(_ value: JSONValue) throws(Finding) -> [UInt8] {
        let text = value.encoded
        guard let second = try? JSONValue(parsing: text) else {
            throw Finding(description: "cannot be read again: \(String(decoding: text, as: UTF8.self))")
        }
        try expect(
            second == value && second.encoded == text, "another value from \(String(decoding: text, as: UTF8.self))")
        return text
    }

    private func frame(_ value: JSONValue, _ text: [UInt8]) throws(Finding) {
        let frame: ClientFrame
        do { frame = try ClientFrame(parsing: bytes) } catch {
            try expect(
                error is JSONError || error is Problem && value["command"] != nil,
                "a frame refused with \(type(of: error)): \(error)")
            return
        }
        switch frame {
        case .ack(let seq): try expect(text == Array(#"{"ack":\#(seq)}"#.utf8), "ack \(seq)")
        case .probe(let nonce):
            try expect(JSONValue.object(["probe": .string(nonce)]).encoded == text, "probe \(nonce)")
        case .resume(let cursor):
            try expect(text == Array(#"{"resume":"\#(cursor)"}"#.utf8), "resume \(cursor)")
        case .commands(let items):
            try expect(items.count == value["command"]?.array?.count ?? 1, "\(items.count) commands")
            if let commands = value["command"] { try self.commands(commands, requiresID: true) }
        }
    }

    private func commands(_ value: JSONValue, requiresID: Bool) throws(Finding) {
        guard let items = try? Command.list(value, requiresID: requiresID) else {
            try expect(!(1...Command.maximumArray).contains(value.array?.count ?? 1), "a list refused")
            return
        }
        for item in items {
            guard case .success(let command) = item.command else { continue }
            try expect(command.id == item.id && (command.id != nil || !requiresID), "the id \(command.id ?? "")")
            try expect(command.id.map(Command.isValid) ?? true, "the id \(command.id ?? "")")
            let text = try Self.again(.object(command.fields))
            guard let value = try? JSONValue(parsing: text),
                let second = try? Command(value, requiresID: requiresID), second == command
            else { throw Finding(description: "another command from \(String(decoding: text, as: UTF8.self))") }
            try expect(try Self.content(second) == Self.content(command), "another content of \(command.op)")
        }
    }

    /// What a command says of itself when it is compared with a repeat; nil where its fields are refused.
    private static func content(_ command: Command) throws(Finding) -> [UInt8]? {
        guard let known = chatCommands[command.op] else { return nil }
        do { return try Self.again(try known.init(Fields(command)).content) } catch {
            if let finding = error as? Finding { throw finding }
            try expect(error is Problem, "\(command.op) refused with \(type(of: error)): \(error)")
            return nil
        }
    }
}
