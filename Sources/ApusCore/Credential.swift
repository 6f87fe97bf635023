package import ApusWire

/// What somebody has shown to say who they are. What was opened with it ends with it.
package struct Credential: Sendable, Hashable {
    package let identity: Identity
    /// Names the credential, and is no secret.
    package let id: String
    /// Whether it is of the kind that ends by itself and is prolonged by use.
    package let isSession: Bool
    package var expiresAt: Timestamp?
    /// When its use was last written down.
    package var usedAt: Timestamp?

    package init(
        identity: Identity, id: String, isSession: Bool = false, expiresAt: Timestamp? = nil, usedAt: Timestamp? = nil
    ) {
        self.identity = identity
        self.id = id
        self.isSession = isSession
        self.expiresAt = expiresAt
        self.usedAt = usedAt
    }

    package func isExpired(at now: Timestamp) -> Bool { expiresAt.map { $0 <= now } ?? false }
}

/// Whose readers are to end.
package enum EndedReaders: Sendable, Hashable {
    /// All of a user's.
    case all(of: UserKey)
    /// Those that were opened with one credential of the user.
    case opened(by: UserKey, with: String)
    /// Everybody's that were opened with credentials whose ids begin so.
    case vouched(String)

    func contains(_ request: ReaderRequest) -> Bool {
        switch self {
        case .all(let user): request.identity.key == user
        case .opened(let user, let credential): request.identity.key == user && request.credential == credential
        case .vouched(let beginning): request.credential?.hasPrefix(beginning) ?? false
        }
    }
}
