/// Why bytes are not the JSON that was expected.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A sentence for people: what was expected and what came.
    public let description: String

    public init(_ description: String) { self.description = description }
}

extension JSONValue {
    /// How deep arrays and objects may nest; bounds the parser's stack whatever a client sends.
    public static let maximumDepth = 32

    /// Parses one JSON text (RFC 8259) in UTF-8, refusing trailing bytes, repeated names and nesting past
    /// `maximumDepth`.
    public init(parsing bytes: some Sequence<UInt8>) throws(JSONError) {
        let parsed: Result<JSONValue, JSONError>? = bytes.withContiguousStorageIfAvailable { buffer in
            Result { () throws(JSONError) in
                var parser = JSONParser(bytes: buffer)
                return try parser.document()
            }
        }
        switch parsed {
        case .success(let value): self = value
        case .failure(let error): throw error
        case nil: try self.init(parsing: ContiguousArray(bytes))
        }
    }
}

/// One pass over the bytes; every read is checked against the end.
private struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0
    private var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func document() throws(JSONError) -> JSONValue {
        let value = try value()
        skipSpace()
        if index < bytes.count { throw unexpected("the end") }
        return value
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        skipSpace()
        guard let byte = peek else { throw unexpected("a value") }
        switch byte {
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw unexpected("a value")
        }
    }

    private mutating func object() throws(JSONError) -> JSONObject {
        try enter()
        var object = JSONObject()
        var names = UniqueNames()
        skipSpace()
        if take("}") {
            depth -= 1
            return object
        }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw unexpected("a member name in quotes") }
            let name = try string()
            guard names.insert(name, after: object.members) else {
                throw JSONError("the name \"\(name)\" comes twice in one object")
            }
            skipSpace()
            guard take(":") else { throw unexpected("':'") }
            object.append(name, try value())
            skipSpace()
            if take(",") { continue }
            guard take("}") else { throw unexpected("',' or '}'") }
            depth -= 1
            return object
        }
    }

    private mutating func array() throws(JSONError) -> [JSONValue] {
        try enter()
        var array: [JSONValue] = []
        skipSpace()
        if take("]") {
            depth -= 1
            return array
        }
        while true {
            array.append(try value())
            skipSpace()
            if take(",") { continue }
            guard take("]") else { throw unexpected("',' or ']'") }
            depth -= 1
            return array
        }
    }

    private mutating func enter() throws(JSONError) {
        index += 1
        depth += 1
        if depth > JSONValue.maximumDepth {
            throw JSONError("nested deeper than \(JSONValue.maximumDepth) levels")
        }
    }

    private mutating func string() throws(JSONError) -> String {
        index += 1
        let start = index
        skipToSpecial()
        if peek == UInt8(ascii: "\"") {
            let text = try text(UnsafeBufferPointer(rebasing: bytes[start..<index]))
            index += 1
            return text
        }
        return try escapedString(from: start)
    }

    /// To the next byte that does not simply belong to a string.
    private mutating func skipToSpecial() {
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { index += 1 }
    }

    /// The slow path: from the first escape on, bytes are collected and then validated as a whole.
    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var collected = ContiguousArray<UInt8>()
        // Most of what has escapes has few: what follows is likely to fit.
        collected.reserveCapacity(2 * (index - start) + 128)
        collected.append(contentsOf: bytes[start..<index])
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                guard let text = String(validating: collected, as: UTF8.self) else { throw notUTF8 }
                return text
            case UInt8(ascii: "\\"): try escape(into: &collected)
            case 0..<0x20: throw unexpected("a character (control characters must be escaped)")
            default:
                let clean = index
                skipToSpecial()
                collected.append(contentsOf: bytes[clean..<index])
            }
        }
        throw unexpected("'\"'")
    }

    private mutating func escape(into collected: inout ContiguousArray<UInt8>) throws(JSONError) {
        index += 1
        guard let byte = peek else { throw unexpected("an escape") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): collected.append(byte)
        case UInt8(ascii: "b"): collected.append(0x08)
        case UInt8(ascii: "f"): collected.append(0x0C)
        case UInt8(ascii: "n"): collected.append(0x0A)
        case UInt8(ascii: "r"): collected.append(0x0D)
        case UInt8(ascii: "t"): collected.append(0x09)
        case UInt8(ascii: "u"):
            var scalar = try hexQuad()
            if (0xD800..<0xDC00).contains(scalar) {
                guard take("\\"), take("u") else { throw JSONError("half a surrogate pair in a string") }
                let low = try hexQuad()
                guard (0xDC00..<0xE000).contains(low) else { throw JSONError("half a surrogate pair in a string") }
                scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let unicode = Unicode.Scalar(scalar) else { throw JSONError("half a surrogate pair in a string") }
            collected.append(contentsOf: UTF8.encode(unicode)!)  // every Unicode.Scalar has a UTF-8 form
        default:
            index -= 1
            throw unexpected("one of \" \\ / b f n r t u after a backslash")
        }
    }

    private mutating func hexQuad() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw unexpected("four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = index
        _ = take("-")
        if take("0") {
            if digits() { throw unexpected("no digit after a leading 0") }
        } else if !digits() {
            throw unexpected("a digit")
        }
        var exact = true
        if take(".") {
            exact = false
            if !digits() { throw unexpected("a digit") }
        }
        if take("e") || take("E") {
            exact = false
            if !take("+") { _ = take("-") }
            if !digits() { throw unexpected("a digit") }
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if exact, let integer = Int64(text) { return .integer(integer) }
        guard let double = Double(text), double.isFinite else {
            throw JSONError("the number \(text.prefix(40)) is too large")
        }
        return .number(double)
    }

    private mutating func digits() -> Bool {
        let start = index
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
        return index > start
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for offset in 0..<text.utf8CodeUnitCount {
            guard let byte = peek, byte == text.utf8Start[offset] else { throw unexpected("'\(text)'") }
            index += 1
        }
        return value
    }

    private func text(_ slice: UnsafeBufferPointer<UInt8>) throws(JSONError) -> String {
        // What is ASCII is valid, and to be told so by `validating`, which is generic, costs several times as much.
        if slice.allSatisfy({ $0 < 0x80 }) { return String(decoding: slice, as: UTF8.self) }
        guard let text = String(validating: slice, as: UTF8.self) else { throw notUTF8 }
        return text
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private var notUTF8: JSONError { JSONError("a string that is not valid UTF-8, before byte \(index)") }

    private func unexpected(_ wanted: String) -> JSONError {
        guard let byte = peek else { return JSONError("expected \(wanted), but the text ends at byte \(index)") }
        let came = (0x21..<0x7F).contains(byte) ? "'\(Unicode.Scalar(byte))'" : "byte 0x\(String(byte, radix: 16))"
        return JSONError("expected \(wanted) at byte \(index), but \(came) came")
    }
}

/// The names of one object, compared byte by byte (RFC 8259 section 8.3; Swift's `==` takes two spellings of "é" for
/// one). A few are searched; many are hashed, or an object of 100,000 members would keep the server busy for minutes.
private struct UniqueNames {
    /// How many of an object's first names are searched.
    private static let few = 16
    private var many: Set<[UInt8]> = []

    /// False when the name was there already.
    mutating func insert(_ name: String, after members: [JSONObject.Member]) -> Bool {
        if members.prefix(Self.few).contains(where: { $0.name == name && $0.name.utf8.elementsEqual(name.utf8) }) {
            return false
        }
        return members.count < Self.few || many.insert(Array(name.utf8)).inserted
    }
}
