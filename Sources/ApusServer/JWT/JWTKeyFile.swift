import ApusWire
import Foundation
import Logging
import NIOConcurrencyHelpers

/// What an operator says about tokens of their own application.
package struct JWTSettings: Sendable {
    /// A JWK Set (RFC 7517 section 5).
    package let keys: String
    package let audience: String
    package let issuer: String?

    package init(keys: String, audience: String, issuer: String?) {
        self.keys = keys
        self.audience = audience
        self.issuer = issuer
    }
}

/// The keys of the operator's application: read at the start, and again whenever their file changes.
final class JWTKeyFile: Sendable {
    private struct Stamp: Sendable, Equatable {
        let file: UInt64?
        let size: UInt64?
        let modified: Date?
    }

    private let settings: JWTSettings
    private let logger: Logger
    private let state: NIOLockedValueBox<(verifier: JWTVerifier, stamp: Stamp?)>

    /// Throws an `OperatorError` when the file cannot be used.
    init(_ settings: JWTSettings, logger: Logger) async throws {
        self.settings = settings
        self.logger = logger
        let stamp = Self.stamp(settings.keys)
        state = NIOLockedValueBox((try await Self.read(settings), stamp))
    }

    var verifier: JWTVerifier { state.withLockedValue(\.verifier) }

    /// Reads the file again if it is another. One that cannot be used changes nothing but the log.
    /// - Returns: the fingerprints of keys that are not good any more.
    func refresh() async -> Set<String> {
        let stamp = Self.stamp(settings.keys)
        guard stamp != state.withLockedValue(\.stamp) else { return [] }
        do {
            let verifier = try await Self.read(settings)
            let before = state.withLockedValue { state in
                defer { state = (verifier, stamp) }
                return state.verifier.keys
            }
            logger.info("JWT keys read", metadata: ["file": "\(settings.keys)", "keys": "\(verifier.keys.count)"])
            return Set(before.map(\.fingerprint)).subtracting(verifier.keys.map(\.fingerprint))
        } catch {
            state.withLockedValue { $0.stamp = stamp }
            logger.error("JWT keys kept as they were", metadata: ["error": "\(error)"])
            return []
        }
    }

    private static func read(_ settings: JWTSettings) async throws -> JWTVerifier {
        let bytes: Data
        do { bytes = try Data(contentsOf: URL(fileURLWithPath: settings.keys)) } catch {
            throw OperatorError(
                "The JWT keys \(settings.keys) cannot be read; give --jwt-keys a file that Apus may read.")
        }
        do {
            guard let list = try JSONValue(parsing: bytes)["keys"]?.array, !list.isEmpty else {
                throw OperatorError("it is a JSON object such as {\"keys\":[{\"kty\":\"EC\",…}]} with at least one key")
            }
            var keys: [JWTKey] = []
            for json in list { keys.append(try await JWTKey(json)) }
            return JWTVerifier(keys: keys, audience: settings.audience, issuer: settings.issuer)
        } catch {
            throw OperatorError("The JWT keys \(settings.keys) cannot be used: \(error).")
        }
    }

    /// Nil for a file that is not there.
    private static func stamp(_ path: String) -> Stamp? {
        (try? FileManager.default.attributesOfItem(atPath: path)).map {
            Stamp(
                file: $0[.systemFileNumber] as? UInt64, size: $0[.size] as? UInt64,
                modified: $0[.modificationDate] as? Date)
        }
    }
}
