package import ApusWire

/// A secret that is handed to somebody, who opens it in a browser: it stands in the address's fragment, which browsers
/// keep to themselves.
package struct Link: Sendable {
    package enum Kind: String, Sendable {
        /// Makes an account.
        case invite
        /// Sets a password.
        case reset
    }

    /// How long a password reset is good for.
    package static let resetLifetime: Int64 = 24 * 3_600_000

    /// Names the link, and is no secret.
    package let id: String
    package let kind: Kind
    /// The id of who made it.
    package let by: String
    package let createdAt: Timestamp
    package let expiresAt: Timestamp?
    /// Nil: any number.
    package let usesLeft: Int64?

    package init(
        id: String, kind: Kind, by: String, createdAt: Timestamp, expiresAt: Timestamp?, usesLeft: Int64?
    ) {
        self.id = id
        self.kind = kind
        self.by = by
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.usesLeft = usesLeft
    }

    /// A password reset.
    package static func reset(by: String, at now: Timestamp) -> Link {
        Link(
            id: OpaqueID.make(prefix: "l_"), kind: .reset, by: by, createdAt: now,
            expiresAt: now.later(by: resetLifetime), usesLeft: 1)
    }

    package func isExpired(at now: Timestamp) -> Bool { expiresAt.map { $0 <= now } ?? false }
}
