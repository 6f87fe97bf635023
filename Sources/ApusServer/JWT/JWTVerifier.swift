import ApusWire

/// Whom a token of the operator's own application speaks for.
struct JWTIdentity: Sendable, Equatable {
    let issuer: String
    let subject: String
    /// The `name` claim.
    let displayName: String?
    /// The `preferred_username` claim.
    let userName: String?
    let expiresAt: Timestamp
    /// The fingerprint of the key that has signed.
    let key: String
}

/// Says whether a JSON Web Token (RFC 7519) is good. No I/O; the clock comes in.
struct JWTVerifier: Sendable {
    let keys: [JWTKey]
    /// What `aud` must hold: tokens that were made for another service are not taken.
    let audience: String
    /// What `iss` must be; nil: anything, for the keys say who may sign.
    let issuer: String?
    /// How far the application's clock may be from ours, in milliseconds.
    static let leeway: Int64 = 60_000

    /// Whether a bearer may be a JWT: tokens of our own have no dots.
    static func isToken(_ bearer: String) -> Bool { bearer.utf8.count { $0 == UInt8(ascii: ".") } == 2 }

    /// Throws a `Problem` (`unauthorized`) that says what is wrong.
    func verify(_ token: String, now: Timestamp) throws -> JWTIdentity {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.object(parts[0]), let signature = Base64URL.decode(parts[2]) else {
            throw Self.refusal("is not HEADER.PAYLOAD.SIGNATURE in base64url")
        }
        guard let algorithm = header["alg"]?.string else { throw Self.refusal("names no \"alg\"") }
        // RFC 7515 section 4.1.11: who does not understand an extension that is critical must refuse.
        if header["crit"] != nil { throw Self.refusal("has \"crit\" extensions, of which none is known here") }
        let id = header["kid"]?.string
        let candidates = keys.filter { $0.algorithm == algorithm && (id == nil || $0.id == nil || $0.id == id) }
        if candidates.isEmpty {
            throw Self.refusal("is signed with \(algorithm.prefix(16)) by a key that is not known here")
        }
        let signed = token.utf8[..<parts[1].endIndex]
        guard let key = candidates.first(where: { $0.signed(signature, signed) }) else {
            throw Self.refusal("has a signature that is not good")
        }
        guard let claims = Self.object(parts[1]) else { throw Self.refusal("carries no JSON object") }
        return try check(claims, key, now)
    }

    private func check(_ claims: JSONObject, _ key: JWTKey, _ now: Timestamp) throws -> JWTIdentity {
        guard let issuer = Self.name(claims["iss"]) else {
            throw Self.refusal("needs \"iss\", who made it: 1 to 255 bytes without U+0000")
        }
        guard let subject = Self.name(claims["sub"]) else {
            throw Self.refusal("needs \"sub\", whom it is for: 1 to 255 bytes without U+0000")
        }
        if let expected = self.issuer, expected != issuer { throw Self.refusal("is of another \"iss\"") }
        let audiences = claims["aud"]?.array?.compactMap(\.string) ?? claims["aud"]?.string.map { [$0] } ?? []
        guard audiences.contains(audience) else { throw Self.refusal("is not for this service: see \"aud\"") }
        guard let expiry = Self.time(claims["exp"]) else { throw Self.refusal("needs \"exp\", when it ends") }
        let now = now.milliseconds
        guard expiry > now - Self.leeway else { throw Self.refusal("has expired") }
        for (name, value) in [("nbf", claims["nbf"]), ("iat", claims["iat"])] where value != nil {
            guard let time = Self.time(value), time <= now + Self.leeway else {
                throw Self.refusal("is not good yet: see \"\(name)\"")
            }
        }
        return JWTIdentity(
            issuer: issuer, subject: subject, displayName: claims["name"]?.string,
            userName: claims["preferred_username"]?.string, expiresAt: Timestamp(milliseconds: expiry),
            key: key.fingerprint)
    }

    /// SQLite ends a text at its first NUL: two names that differ behind one would be the same account.
    private static func name(_ claim: JSONValue?) -> String? {
        guard let text = claim?.string, (1...255).contains(text.utf8.count), !text.utf8.contains(0) else { return nil }
        return text
    }

    private static func object(_ part: Substring) -> JSONObject? {
        // What is not JSON is not an object.
        Base64URL.decode(part).flatMap { try? JSONValue(parsing: $0) }?.object
    }

    /// A NumericDate (RFC 7519 section 2) in milliseconds.
    private static func time(_ value: JSONValue?) -> Int64? {
        let limit: Int64 = 253_402_300_799_999  // the end of the year 9999
        switch value {
        case .integer(let seconds) where (0...(limit / 1000)).contains(seconds): return seconds * 1000
        case .number(let seconds) where (0...Double(limit / 1000)).contains(seconds): return Int64(seconds * 1000)
        default: return nil
        }
    }

    private static func refusal(_ reason: String) -> Problem {
        Problem(.unauthorized, "The token \(reason). Get a new one from your application.")
    }
}
