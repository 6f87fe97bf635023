package import ApusWire

/// A command's fields, read one by one; what is wrong with one is said in a sentence.
package struct Fields: Sendable {
    private let object: JSONObject
    private let op: String

    package init(_ command: Command) {
        object = command.fields
        op = command.op
    }

    package func string(_ name: String) throws -> String {
        guard let text = try optionalString(name) else { throw missing(name, "a string") }
        return text
    }

    package func optionalString(_ name: String) throws -> String? {
        switch object[name] {
        case nil, .null: return nil
        case .string(let text): return try whole(text, name)
        case .some(let other): throw wrong(name, "a string", other)
        }
    }

    /// A whole number of 0 or more, below 2⁵³.
    package func number(_ name: String) throws -> Int64 {
        guard let value = object[name] else { throw missing(name, "a whole number") }
        guard let number = value.integer, (0...Cursor.maximumSequence).contains(number) else {
            throw wrong(name, "a whole number from 0 to 2^53-1", value)
        }
        return number
    }

    package func optionalNumber(_ name: String) throws -> Int64? {
        switch object[name] {
        case nil, .null: nil
        default: try number(name)
        }
    }

    /// Any JSON, `null` too.
    package func value(_ name: String) throws -> JSONValue {
        guard let value = object[name] else { throw missing(name, "any JSON") }
        return value
    }

    package func bool(_ name: String) throws -> Bool {
        guard let value = try optionalBool(name) else { throw missing(name, "true or false") }
        return value
    }

    package func optionalBool(_ name: String) throws -> Bool? {
        switch object[name] {
        case .bool(let value): return value
        case nil, .null: return nil
        case .some(let other): throw wrong(name, "true or false", other)
        }
    }

    package func strings(_ name: String) throws -> [String] {
        guard let value = object[name] else { throw missing(name, "a list of strings") }
        guard let list = value.array else { throw wrong(name, "a list of strings", value) }
        return try list.map { element in
            guard let text = element.string else { throw wrong(name, "a list of strings", element) }
            return try whole(text, name)
        }
    }

    package func choice<T: RawRepresentable & CaseIterable>(_ name: String, _: T.Type) throws -> T?
    where T.RawValue == String {
        guard let text = try optionalString(name) else { return nil }
        if let value = T(rawValue: text) { return value }
        let choices = T.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        throw Problem(.invalidField, "\"\(name)\" of \(op) is one of \(choices), but \"\(text.prefix(40))\" came.")
    }

    /// SQLite ends a text at its first NUL: such a text would be stored cut off, and one that names somebody would name
    /// whoever the part before it names.
    private func whole(_ text: String, _ name: String) throws -> String {
        if text.utf8.contains(0) { throw Problem(.invalidField, "\"\(name)\" of \(op) contains U+0000.") }
        return text
    }

    private func missing(_ name: String, _ expected: String) -> Problem {
        Problem(.invalidField, "\(op) needs \"\(name)\", \(expected).")
    }

    private func wrong(_ name: String, _ expected: String, _ came: JSONValue) -> Problem {
        Problem(.invalidField, "\"\(name)\" of \(op) is \(expected), but \(came.kind) came.")
    }
}
