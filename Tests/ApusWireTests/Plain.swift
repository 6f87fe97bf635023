import ApusWire
import Foundation

/// A JSON value for comparing: members in any order, numbers by value, strings scalar by scalar (Swift's own `==`
/// takes two spellings of "é" for one). Read by Foundation, independent of the codecs under test.
enum Plain: Decodable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([Plain])
    case object([String: Plain])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {  // a failure means: not this kind, try the next
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([Plain].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: Plain].self))
        }
    }

    init(foundation bytes: [UInt8]) throws {
        self = try JSONDecoder().decode(Plain.self, from: Data(bytes))
    }

    init(_ value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let bool): self = .bool(bool)
        case .integer(let integer): self = .number(Double(integer))
        case .number(let double): self = .number(double)
        case .string(let text): self = .string(text)
        case .array(let elements): self = .array(elements.map { Plain($0) })
        case .object(let object): self = Plain(object)
        }
    }

    init(_ object: JSONObject) {
        self = .object(Dictionary(object.members.map { ($0.name, Plain($0.value)) }) { _, last in last })
    }

    /// The same value as ApusWire has it, members in alphabetical order.
    var jsonValue: JSONValue {
        switch self {
        case .null: .null
        case .bool(let bool): .bool(bool)
        case .number(let double): Int64(exactly: double).map { .integer($0) } ?? .number(double)
        case .string(let text): .string(text)
        case .array(let elements): .array(elements.map(\.jsonValue))
        case .object(let members): .object(jsonObject(members))
        }
    }

    private func jsonObject(_ members: [String: Plain]) -> JSONObject {
        var object = JSONObject()
        for (name, value) in members.sorted(by: { $0.key < $1.key }) { object[name] = value.jsonValue }
        return object
    }

    var encoded: [UInt8] { jsonValue.encoded }

    subscript(name: String) -> Plain? { if case .object(let members) = self { members[name] } else { nil } }
    var string: String? { if case .string(let text) = self { text } else { nil } }
    var integer: Int64? { if case .number(let double) = self { Int64(exactly: double) } else { nil } }
    var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
    var array: [Plain]? { if case .array(let elements) = self { elements } else { nil } }
    var names: [String] { if case .object(let members) = self { members.keys.sorted() } else { [] } }

    /// The object without these members.
    func without(_ names: Set<String>) -> Plain {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { !names.contains($0.key) })
    }
}

extension Plain: Equatable {
    static func == (left: Plain, right: Plain) -> Bool { left.agrees(with: right, within: 0) }

    /// Equality, but numbers may differ by this part of their size.
    func agrees(with other: Plain, within tolerance: Double) -> Bool {
        switch (self, other) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)):
            abs(left - right) <= tolerance * max(abs(left), .leastNormalMagnitude)
        case (.string(let left), .string(let right)): left.unicodeScalars.elementsEqual(right.unicodeScalars)
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.agrees(with: $1, within: tolerance) }
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.allSatisfy { name, value in right[name]?.agrees(with: value, within: tolerance) == true }
        default: false
        }
    }
}

/// Bytes as ApusWire wrote them, read by Foundation.
func written(_ encode: (inout JSONWriter) -> Void) throws -> Plain {
    var writer = JSONWriter()
    encode(&writer)
    return try Plain(foundation: writer.bytes)
}
