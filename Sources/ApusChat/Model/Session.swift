package import ApusWire

/// Somebody signed in somewhere.
package struct Session: Sendable {
    /// How long a session lasts without being used.
    package static let lifetime: Int64 = 30 * 24 * 3_600_000
    /// More than this nobody has: a new one takes the place of the one that has been unused for longest.
    package static let maximum = 100
    /// How often its use is written down.
    package static let accuracy: Int64 = 24 * 3_600_000

    package let id: String
    package let createdAt: Timestamp
    package let usedAt: Timestamp
    package let expiresAt: Timestamp
    /// What the client calls itself.
    package let label: String

    package init(id: String, createdAt: Timestamp, usedAt: Timestamp, expiresAt: Timestamp, label: String) {
        self.id = id
        self.createdAt = createdAt
        self.usedAt = usedAt
        self.expiresAt = expiresAt
        self.label = label
    }

    /// A new one.
    package init(at now: Timestamp, label: String) {
        self.init(
            id: OpaqueID.make(prefix: "s_"), createdAt: now, usedAt: now, expiresAt: now.later(by: Self.lifetime),
            label: label)
    }
}

extension Timestamp {
    package func later(by milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: self.milliseconds + milliseconds)
    }
}
