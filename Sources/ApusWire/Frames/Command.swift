/// A client's request that changes something, before anybody has looked at what its `op` wants.
public struct Command: Sendable, Equatable {
    /// How many commands one frame or body may hold.
    public static let maximumArray = 100
    /// The greatest length of an id, in Unicode scalars.
    public static let maximumID = 64

    /// The client's name for the command, unique per user for ever. Nil (over HTTP only): nothing protects a repeat.
    public var id: String?
    public var op: String
    /// Every member of the command, `id` and `op` included.
    public var fields: JSONObject

    public init(id: String?, op: String, fields: JSONObject) {
        self.id = id
        self.op = op
        self.fields = fields
    }

    /// Reads `{"id","op",…}`.
    public init(_ value: JSONValue, requiresID: Bool) throws(Problem) {
        guard let fields = value.object else {
            throw Problem(.badRequest, "A command is an object, but \(value.kind) came.")
        }
        guard let op = fields["op"]?.string else {
            throw Problem(.invalidField, "A command needs \"op\", a string such as \"message.post\".")
        }
        switch fields["id"] {
        case .string(let id) where Self.isValid(id): self.init(id: id, op: op, fields: fields)
        case nil where !requiresID: self.init(id: nil, op: op, fields: fields)
        default:
            throw Problem(
                .invalidField,
                "A command needs \"id\", a string of 1 to \(Self.maximumID) characters without control characters.")
        }
    }

    /// Whether a text may be a command's id: 1 to 64 Unicode scalars, none of them a C0 control character.
    public static func isValid(_ id: String) -> Bool {
        // Counting scalars is slow, and a text has no more of them than bytes.
        let isShort = id.utf8.count <= maximumID || id.unicodeScalars.count <= maximumID
        return isShort && !id.isEmpty && id.utf8.allSatisfy { $0 >= 0x20 }
    }

    /// One command, or each of an array with its own verdict; a faulty one fails alone.
    public static func list(_ value: JSONValue, requiresID: Bool) throws(Problem) -> [Item] {
        guard case .array(let values) = value else { return [Item(value, requiresID: requiresID)] }
        guard (1...maximumArray).contains(values.count) else {
            throw Problem(.badRequest, "An array holds 1 to \(maximumArray) commands, but \(values.count) came.")
        }
        return values.map { Item($0, requiresID: requiresID) }
    }

    /// A command, or what is wrong with it, with the id to answer to as far as there is one.
    public struct Item: Sendable {
        public var id: String?
        public var command: Result<Command, Problem>

        init(_ value: JSONValue, requiresID: Bool) {
            id = value["id"]?.string
            command = Result { () throws(Problem) in try Command(value, requiresID: requiresID) }
        }
    }
}
