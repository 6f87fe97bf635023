package import ApusCore
package import ApusWire
import Crypto

package enum UserRole: String, Sendable, CaseIterable {
    case owner, admin, member
    /// A program with a token of its own.
    case bot
    /// The server itself, by whom rooms are made from the command line.
    case system
}

/// An account as rules about it ask.
package struct Account: Sendable {
    package let identity: Identity
    package let role: UserRole
    package let isBanned: Bool

    package init(identity: Identity, role: UserRole, isBanned: Bool) {
        self.identity = identity
        self.role = role
        self.isBanned = isBanned
    }

    package var isAdmin: Bool { role == .owner || role == .admin }
}

/// An account that is about to be made.
package struct NewUser: Sendable {
    package let id: String
    package let name: String
    package let displayName: String
    package let role: UserRole
    /// scrypt's salt and key; nil for an account that signs in by token only.
    package let password: PasswordHash?

    /// The account of the server itself.
    package static let system = NewUser(id: "u_apus", name: "apus", role: .system, password: nil)

    package init(
        id: String = OpaqueID.make(prefix: "u_"), name: String, displayName: String? = nil, role: UserRole,
        password: PasswordHash?
    ) {
        self.id = id
        self.name = name
        self.displayName = displayName ?? name
        self.role = role
        self.password = password
    }

    /// Whether a text may name a user: `[a-z0-9_-]{2,32}`, and not `all`, which mentions everybody.
    package static func isName(_ text: String) -> Bool {
        ApusChat.isName(text, maximum: 32) && text != Mention.everybody
    }

    /// Throws a `Problem` unless a text may be what others see.
    package static func checkDisplayName(_ text: String) throws(Problem) {
        try Label.check(text, as: "\"display_name\"", lengths: 1...64)
    }
}

/// A password as it is stored (RFC 7914).
package struct PasswordHash: Sendable, Equatable {
    package let salt: [UInt8]
    package let key: [UInt8]

    package init(salt: [UInt8], key: [UInt8]) {
        self.salt = salt
        self.key = key
    }
}

/// Random names that say nothing: 26 characters of Crockford's base 32, which has no letters that look alike.
package enum OpaqueID {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    package static func make(prefix: String = "", length: Int = 26) -> String {
        var generator = SystemRandomNumberGenerator()
        return prefix
            + String(
                decoding: (0..<length).map { _ in alphabet[Int.random(in: 0..<32, using: &generator)] }, as: UTF8.self)
    }
}

/// A bearer token: 130 random bits in the client's hands, only their hash in the database.
package struct BearerToken: Sendable {
    package let text: String

    package init(prefix: String = "apus_") { text = OpaqueID.make(prefix: prefix) }

    package init(_ text: String) { self.text = text }

    package var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }
}
