package import ApusChat
import ApusWire
import Crypto
import CryptoExtras
import Foundation

/// Passwords as scrypt (RFC 7914) with N = 2^15, r = 8, p = 1: 32 MiB and about 0.1 s a guess.
package enum Passwords {
    package static let lengths = 8...1000

    /// Refuses a password that is none.
    package static func check(_ password: String) throws {
        guard lengths.contains(password.unicodeScalars.count) else {
            throw Problem(.invalidField, "A password has at least 8 characters, and at most 1,000.")
        }
    }

    package static func hash(_ password: String) throws -> PasswordHash {
        try check(password)
        let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        return PasswordHash(salt: salt, key: try derive(password, salt).withUnsafeBytes { Array($0) })
    }

    /// Takes as long for an account that is not there, or has no password, as for a wrong one.
    static func verify(_ password: String, _ stored: PasswordHash?) throws -> Bool {
        guard lengths.contains(password.unicodeScalars.count) else { return false }
        let key = try derive(password, stored?.salt ?? [UInt8](repeating: 0, count: 16))
        // Keys are compared in a time that does not tell where they differ.
        return key == SymmetricKey(data: stored?.key ?? [UInt8](repeating: 0, count: 32)) && stored != nil
    }

    private static func derive(_ password: String, _ salt: [UInt8]) throws -> SymmetricKey {
        try KDF.Scrypt.deriveKey(
            from: Data(password.utf8), salt: salt, outputByteCount: 32, rounds: 1 << 15, blockSize: 8, parallelism: 1,
            maxMemory: 64 << 20)
    }
}
