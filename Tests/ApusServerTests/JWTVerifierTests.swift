import ApusWire
import Crypto
import Foundation
import JWTKit
import Testing

@testable import ApusServer

/// Tokens signed with the library's own signers, and what becomes of them when anything about them is wrong.
struct JWTVerifierTests {
    static let now = Timestamp(milliseconds: 1_700_000_000_000)
    static let algorithms = ["HS256", "RS256", "ES256", "EdDSA"]

    struct Claims: JWTPayload {
        var iss: String? = "https://shop.example"
        var sub: String? = "42"
        var aud: [String]? = ["apus", "else"]
        var exp: Double? = 1_700_000_600
        var nbf: Double?
        var name: String?

        func verify(using _: some JWTAlgorithm) async throws {}
    }

    /// A key pair: what signs, and the JWK that a server is given.
    struct Pair {
        let signer: JWTKeyCollection
        let jwk: JSONObject

        init(_ algorithm: String, id: String? = "k1") async throws {
            signer = JWTKeyCollection()
            var jwk: JSONObject = ["kty": "oct"]
            switch algorithm {
            case "HS256":
                let secret = (0..<32).map { _ in UInt8.random(in: 0...255) }
                await signer.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
                jwk["k"] = .string(Self.encode(secret))
            case "RS256":
                let key = try Insecure.RSA.PrivateKey(pem: rsaKey)
                await signer.add(rsa: key, digestAlgorithm: .sha256)
                let parts = try key.publicKey.getKeyPrimitives()
                jwk = [
                    "kty": "RSA", "n": .string(Self.encode(Array(parts.modulus))),
                    "e": .string(Self.encode(Array(parts.publicExponent))), "alg": "RS256",
                ]
            case "ES256":
                let key = ES256PrivateKey()
                await signer.add(ecdsa: key)
                let point = key.publicKey.parameters!  // a key on P-256 has coordinates
                jwk = [
                    "kty": "EC", "crv": "P-256", "x": .string(Self.url(point.x)), "y": .string(Self.url(point.y)),
                ]
            default:
                let key = Curve25519.Signing.PrivateKey()
                await signer.add(eddsa: EdDSA.PrivateKey(backing: key))
                jwk = [
                    "kty": "OKP", "crv": "Ed25519", "x": .string(Self.encode(Array(key.publicKey.rawRepresentation))),
                ]
            }
            if let id { jwk["kid"] = .string(id) }
            self.jwk = jwk
        }

        func token(_ claims: Claims = Claims(), header: JWTHeader = ["kid": "k1"]) async throws -> String {
            try await signer.sign(claims, header: header)
        }

        static func encode(_ bytes: [UInt8]) -> String { url(Data(bytes).base64EncodedString()) }

        private static func url(_ text: String) -> String {
            text.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
                .replacingOccurrences(of: "=", with: "")
        }
    }

    static func verifier(_ pairs: Pair..., issuer: String? = nil) async throws -> JWTVerifier {
        var keys: [JWTKey] = []
        for pair in pairs { keys.append(try await JWTKey(.object(pair.jwk))) }
        return JWTVerifier(keys: keys, audience: "apus", issuer: issuer)
    }

    static func refusal(_ verifier: JWTVerifier, _ token: String) -> String? {
        do {
            _ = try verifier.verify(token, now: now)
            return nil
        } catch {
            return (error as? Problem)?.detail ?? "\(error)"
        }
    }

    @Test(arguments: algorithms) func `a token of each algorithm says whom it is for`(algorithm: String) async throws {
        let pair = try await Pair(algorithm)
        let identity = try await Self.verifier(pair).verify(
            try await pair.token(Claims(name: "Ada L")), now: Self.now)
        #expect(
            identity
                == JWTIdentity(
                    issuer: "https://shop.example", subject: "42", displayName: "Ada L", userName: nil,
                    expiresAt: Timestamp(milliseconds: 1_700_000_600_000), key: identity.key))
    }

    @Test(arguments: algorithms) func `a changed token, or one of another key, is refused`(algorithm: String)
        async throws
    {
        let (pair, other) = (try await Pair(algorithm), try await Pair(algorithm))
        let verifier = try await Self.verifier(pair)
        let token = try await pair.token()
        let parts = token.split(separator: ".").map(String.init)
        let forged = Pair.encode(Array(#"{"iss":"https://shop.example","sub":"1","aud":"apus","exp":1700000600}"#.utf8))
        var refused = ["\(parts[0]).\(forged).\(parts[2])", "\(parts[0]).\(parts[1]).", "\(parts[0]).\(parts[1]).AAAA"]
        if algorithm != "RS256" { refused.append(try await other.token()) }  // there is one RSA key here
        for token in refused { #expect(Self.refusal(verifier, token)?.contains("signature") == true, "\(token)") }
        #expect(Self.refusal(verifier, token) == nil)
    }

    @Test func `a token cannot choose its algorithm`() async throws {
        let pair = try await Pair("RS256")
        let verifier = try await Self.verifier(pair)
        // The classic: the public key, which everybody knows, taken as the secret of an HMAC.
        let attacker = JWTKeyCollection()
        await attacker.add(hmac: HMACKey(from: pair.jwk["n"]!.string!), digestAlgorithm: .sha256)
        let confused = try await attacker.sign(Claims(), header: ["kid": "k1"])
        #expect(Self.refusal(verifier, confused)?.contains("HS256") == true)
        for header in [#"{"alg":"none"}"#, #"{"alg":"none","kid":"k1"}"#, #"{"kid":"k1"}"#, #"{"alg":7}"#, "[]", "{"] {
            let head = Pair.encode(Array(header.utf8))
            let body = Pair.encode(Array(#"{"iss":"a","sub":"b","aud":"apus","exp":1700000600}"#.utf8))
            #expect(Self.refusal(verifier, "\(head).\(body).") != nil, "\(header)")
        }
    }

    @Test(arguments: [
        (Claims(iss: nil), "iss"), (Claims(iss: ""), "iss"), (Claims(iss: "https://other.example"), "iss"),
        (Claims(iss: "https://shop.example\0"), "iss"), (Claims(sub: "42\0"), "sub"), (Claims(sub: "4\u{0}2"), "sub"),
        (Claims(sub: nil), "sub"), (Claims(sub: ""), "sub"), (Claims(sub: String(repeating: "x", count: 256)), "sub"),
        (Claims(aud: nil), "aud"), (Claims(aud: []), "aud"), (Claims(aud: ["else"]), "aud"),
        (Claims(exp: nil), "exp"), (Claims(exp: 1_699_999_940), "expired"), (Claims(exp: -1), "exp"),
        (Claims(exp: 1e300), "exp"), (Claims(nbf: 1_700_000_061), "nbf"),
    ]) func `a claim that is missing or wrong is named`(claims: Claims, word: String) async throws {
        let pair = try await Pair("HS256")
        let verifier = try await Self.verifier(pair, issuer: "https://shop.example")
        let token = try await pair.token(claims)
        #expect(Self.refusal(verifier, token)?.contains(word) == true, "\(Self.refusal(verifier, token) ?? "taken")")
    }

    @Test(arguments: [
        Claims(exp: 1_699_999_941), Claims(exp: 1_700_000_000.5), Claims(nbf: 1_700_000_060), Claims(aud: ["apus"]),
    ]) func `clocks may differ by a minute, and times have fractions`(claims: Claims) async throws {
        let pair = try await Pair("ES256")
        let token = try await pair.token(claims)
        #expect(Self.refusal(try await Self.verifier(pair), token) == nil)
    }

    @Test func `the key is chosen by its name, and without a name every key of the kind is tried`() async throws {
        let (one, two) = (try await Pair("ES256", id: "k1"), try await Pair("ES256", id: "k2"))
        let verifier = try await Self.verifier(one, two)
        #expect(Self.refusal(verifier, try await two.token(header: ["kid": "k2"])) == nil)
        #expect(Self.refusal(verifier, try await two.token(header: JWTHeader())) == nil)
        #expect(Self.refusal(verifier, try await two.token(header: ["kid": "k1"])) != nil)
        #expect(Self.refusal(verifier, try await two.token(header: ["kid": "k3"])) != nil)
        #expect(
            Self.refusal(verifier, try await one.token(header: ["kid": "k1", "crit": .array([.string("b64")])])) != nil)
    }

    @Test(arguments: [
        #"{}"#, #"{"kty":"oct","k":"c2hvcnQ"}"#, #"{"kty":"RSA","n":"!","e":"AQAB"}"#, #"{"kty":"EC","crv":"P-384"}"#,
        #"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#, #"{"kty":"OKP","crv":"X25519","x":"AA"}"#,
        #"{"kty":"RSA","alg":"PS256","n":"AQAB","e":"AQAB"}"#, #"{"kty":"XYZ"}"#,
    ]) func `a key that cannot be used is refused with a sentence`(json: String) async throws {
        let value = try JSONValue(parsing: json.utf8)
        await #expect(throws: OperatorError.self) { try await JWTKey(value) }
    }
}
