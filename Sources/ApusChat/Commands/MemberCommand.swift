import ApusWire

/// A command that is about one person in one room, and nothing else.
protocol MemberCommand: ChatCommand {
    var slug: String { get }
    var user: String { get }
    init(slug: String, user: String)
}

extension MemberCommand {
    init(_ fields: Fields) throws {
        self.init(slug: try fields.string("room"), user: try fields.string("user"))
    }

    var content: JSONValue { [.string(slug), .string(user)] }
}
