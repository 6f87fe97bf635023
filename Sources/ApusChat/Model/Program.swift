package import ApusCore
package import ApusWire

/// What an account is that is no person's.
package enum Program: String, Sendable {
    /// Reads and writes by a token.
    case bot
    /// Posts in a room and reads nothing: nobody needs to wait until it has.
    case hook
}

/// Somebody who shares a room with the user, or the user.
package struct Acquaintance: Sendable {
    package let user: Identity
    /// Nil for a person.
    package let program: Program?

    package init(user: Identity, program: Program?) {
        self.user = user
        self.program = program
    }
}

extension Program? {
    /// The member `kind` of somebody, left out for people.
    package func encodeKind(into writer: inout JSONWriter) {
        if let self { writer.member("kind", self.rawValue) }
    }
}
