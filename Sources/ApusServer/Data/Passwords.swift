package import ApusChat
import Crypto
import CryptoExtras
import Foundation

/// Passwords as scrypt (RFC 7914) with N = 2^15, r = 8, p = 1: 32 MiB and about 0.1 s a guess.
package enum Passwords {
    package static let minimumLength = 8

    package static func hash(_ password: String) throws -> PasswordHash {
        guard password.unicodeScalars.count >= minimumLength else {
            throw OperatorError("A password has at least \(minimumLength) characters.")
        }
        let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        let key = try KDF.Scrypt.deriveKey(
            from: Data(password.utf8), salt: salt, outputByteCount: 32, rounds: 1 << 15, blockSize: 8, parallelism: 1,
            maxMemory: 64 << 20)
        return PasswordHash(salt: salt, key: key.withUnsafeBytes { Array($0) })
    }
}
