import ApusWire
import Foundation
import Crypto
import JWTKit

/// A key of the operator's application, bound to the one algorithm that it may be used with: a token cannot choose.
struct JWTKey: Sendable {
    let id: String?
    /// HS256, RS256, ES256 or EdDSA (RFC 7518, RFC 8037).
    let algorithm: String
    /// Tells keys apart, and tells nothing of them.
    let fingerprint: String
    private let verifier: any JWTAlgorithm

    /// Reads one key of a JWK Set (RFC 7517 section 4).
    init(_ json: JSONValue) async throws {
        guard let type = json["kty"]?.string else { throw OperatorError("a key has no \"kty\"") }
        let id = json["kid"]?.string
        let name = id.map { "the key \"\($0)\"" } ?? "a key without \"kid\""
        guard let algorithm = ["oct": "HS256", "RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"][type] else {
            throw OperatorError("\(name) is of the kind \"\(type)\", which is none of oct, RSA, EC and OKP")
        }
        if let other = json["alg"]?.string, other != algorithm {
            throw OperatorError("\(name) is for \(other); with keys of its kind only \(algorithm) is taken")
        }
        if type == "EC", json["crv"] != "P-256" { throw OperatorError("\(name) is not on the curve P-256") }
        if type == "OKP", json["crv"] != "Ed25519" { throw OperatorError("\(name) is not on the curve Ed25519") }
        self.id = id
        self.algorithm = algorithm
        fingerprint = hexadecimal(SHA256.hash(data: json.encoded).prefix(8))
        do {
            verifier = try await Self.verifier(type, algorithm, json, name)
        } catch let error as OperatorError {
            throw error
        } catch {
            throw OperatorError("\(name) cannot be read (\(error))")
        }
    }

    private static func verifier(
        _ type: String, _ algorithm: String, _ json: JSONValue, _ name: String
    ) async throws -> any JWTAlgorithm {
        let collection = JWTKeyCollection()
        if type == "oct" {
            guard let secret = json["k"]?.string.flatMap({ Base64URL.decode($0) }), secret.count >= 32 else {
                throw OperatorError("\(name) needs \"k\", at least 32 bytes in base64url")
            }
            await collection.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
            return try await collection.getKey()
        }
        // The library wants a name and an algorithm; whatever else a key carries, private parts above all, is left out.
        let parts = ["kty", "n", "e", "crv", "x", "y"].compactMap { key in json[key].map { (key, $0) } }
        var picked = JSONObject()
        for (key, value) in parts { picked[key] = value }
        picked["kid"] = "key"
        picked["alg"] = .string(algorithm)
        let jwk = try JWK(json: String(decoding: JSONValue.object(picked).encoded, as: UTF8.self))
        try await collection.add(jwk: jwk)
        return try await collection.getKey(for: "key")
    }

    func signed(_ signature: [UInt8], _ text: some Sequence<UInt8>) -> Bool {
        // What cannot be a signature of this algorithm is none.
        (try? verifier.verify(signature, signs: Array(text))) ?? false
    }
}

enum Base64URL {
    /// RFC 4648 section 5, without padding (RFC 7515 section 2); nil for anything else.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "=") })
        else { return nil }
        let standard = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        return Data(base64Encoded: standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4))
            .map { Array($0) }
    }
}
