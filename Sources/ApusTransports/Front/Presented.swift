package import ApusWire

/// The credentials that came with a request, before anybody has looked whose they are.
package enum Presented: Sendable, Equatable {
    case bearer(String)
    case cookie(String)

    package static let cookieName = "apus_session"

    /// What a request carries. A header wins over a cookie, which the browser adds by itself.
    package init(authorization: String?, cookies: [String]) throws(Problem) {
        if let authorization {
            guard let token = Bearer.token(authorization) else { throw Self.missing }
            self = .bearer(token)
        } else if let token = Cookies.value(Self.cookieName, in: cookies) {
            self = .cookie(token)
        } else {
            throw Self.missing
        }
    }

    package var token: String {
        switch self {
        case .bearer(let token), .cookie(let token): token
        }
    }

    /// Refuses what another site's page may have had a browser send: with a cookie, a request that changes something
    /// must say that it comes from a page that may.
    package func check(
        changes: Bool, origin: String?, host: String?, _ allowed: AllowedOrigins
    ) throws(Problem) {
        guard case .cookie = self, changes else { return }
        guard let origin else {
            throw Problem(
                .forbidden, "With a cookie the header Origin is needed here; or send \"Authorization: Bearer TOKEN\".")
        }
        guard allowed.allows(origin, host: host) else { throw Self.refused(origin) }
    }

    package static func refused(_ origin: String) -> Problem {
        Problem(
            .forbidden,
            "Pages of \(origin.prefix(100)) may not use this server; its operator can allow them by --allowed-origins.")
    }

    private static let missing = Problem(
        .unauthorized, "Send the header \"Authorization: Bearer TOKEN\", or sign in with POST /v1/sessions.")

    package static let unknown = Problem(
        .unauthorized, "The token is not known here, or not any more; sign in again, or use `apus token NAME`.")
}

package enum Cookies {
    /// A cookie's value in the Cookie fields of a request (RFC 6265 section 4.2.1).
    package static func value(_ name: String, in fields: [String]) -> String? {
        for field in fields {
            for pair in field.utf8.split(separator: UInt8(ascii: ";")) {
                let pair = pair.drop { $0 == UInt8(ascii: " ") }
                guard pair.starts(with: name.utf8), pair.dropFirst(name.utf8.count).first == UInt8(ascii: "=") else {
                    continue
                }
                let value = String(Substring(pair.dropFirst(name.utf8.count + 1)))
                return value.isEmpty || value.utf8.count > Bearer.maximumLength ? nil : value
            }
        }
        return nil
    }
}

/// The credentials of a request (RFC 6750 section 2.1).
package enum Bearer {
    /// Longer than any token of the server's; those of other applications carry what they like.
    static let maximumLength = 8192

    /// The token in an `Authorization` header.
    package static func token(_ header: String?) -> String? {
        guard let header, header.utf8.count <= maximumLength else { return nil }
        let utf8 = header.utf8
        let scheme = utf8.prefix { $0 != UInt8(ascii: " ") }
        guard scheme.count == 6, scheme.elementsEqual("bearer".utf8, by: { $0 | 0x20 == $1 }) else { return nil }
        let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") }
        let token = utf8[scheme.endIndex...].drop(while: isSpace).prefix { !isSpace($0) }
        guard !token.isEmpty, utf8[token.endIndex...].allSatisfy(isSpace) else { return nil }
        return String(Substring(token))
    }
}
