import ApusWire

/// A vector that does not follow the schema: a mistake in the vector or a word that this runner does not know.
struct BadVector: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// An object that is read to the last member; one that nobody asked for is a fault.
struct Fields {
    private var members: [String: JSONValue]
    let what: String

    init(_ value: JSONValue, _ what: String) throws {
        guard let object = value.object else { throw BadVector("\(what) is an object, but \(value.text) came") }
        members = Dictionary(object.members.map { ($0.name, $0.value) }) { _, last in last }
        self.what = what
    }

    mutating func take(_ name: String) -> JSONValue? { members.removeValue(forKey: name) }

    mutating func require(_ name: String) throws -> JSONValue {
        guard let value = take(name) else { throw BadVector("\(what) lacks “\(name)”") }
        return value
    }

    mutating func string(_ name: String) throws -> String {
        guard let text = try require(name).string else { throw BadVector("“\(name)” of \(what) is no string") }
        return text
    }

    mutating func integer(_ name: String) throws -> Int64 {
        guard let number = try require(name).integer else { throw BadVector("“\(name)” of \(what) is no integer") }
        return number
    }

    mutating func int(_ name: String) throws -> Int { Int(try integer(name)) }

    mutating func bool(_ name: String) throws -> Bool {
        guard let bool = try require(name).bool else { throw BadVector("“\(name)” of \(what) is no boolean") }
        return bool
    }

    /// An array that may be absent.
    mutating func list(_ name: String) throws -> [JSONValue] {
        guard let value = take(name) else { return [] }
        guard let list = value.array else { throw BadVector("“\(name)” of \(what) is no list") }
        return list
    }

    func end() throws {
        guard members.isEmpty else { throw BadVector("\(what) has unknown members: \(members.keys.sorted())") }
    }
}

extension JSONValue {
    var text: String { String(decoding: encoded, as: UTF8.self) }

    /// The members in alphabetical order, so that `==` means the same value.
    var canonical: JSONValue {
        switch self {
        case .array(let elements): return .array(elements.map(\.canonical))
        case .object(let object):
            var sorted = JSONObject()
            for member in object.members.sorted(by: { $0.name < $1.name }) {
                sorted[member.name] = member.value.canonical
            }
            return .object(sorted)
        default: return self
        }
    }

    /// An input or an action: its name alone, or an object with that one key.
    func word() throws -> (name: String, content: JSONValue) {
        if let name = string { return (name, .object([:])) }
        guard let members = object?.members, members.count == 1 else {
            throw BadVector("a string or an object with exactly one key is expected, but \(text) came")
        }
        return (members[0].name, members[0].value)
    }
}
