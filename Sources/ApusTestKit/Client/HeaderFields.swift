import NIOHTTP1

/// Header fields in their order, names compared without case. Over NIO's own, so that tests need not import NIO.
package struct HeaderFields: Sendable, Equatable, ExpressibleByDictionaryLiteral, CustomStringConvertible {
    var fields: HTTPHeaders

    init(_ fields: HTTPHeaders) { self.fields = fields }

    package init(dictionaryLiteral elements: (String, String)...) { fields = HTTPHeaders(elements) }

    /// The first field of that name; setting replaces them all.
    package subscript(name: String) -> String? {
        get { fields.first(name: name) }
        set {
            fields.remove(name: name)
            if let newValue { fields.add(name: name, value: newValue) }
        }
    }

    /// Every field of that name, as `Set-Cookie` comes.
    package func all(_ name: String) -> [String] { fields[name] }

    package mutating func add(_ name: String, _ value: String) { fields.add(name: name, value: value) }

    package var description: String { fields.map { "\($0.name): \($0.value)" }.joined(separator: ", ") }
}
