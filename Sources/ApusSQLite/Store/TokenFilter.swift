import struct Foundation.Data
import GRDB
import NIOConcurrencyHelpers

/// The first 64 bits of every token's hash, in memory, so that whoever tries made-up tokens costs no look-up on the disk.
/// A token that has ended stays until the next start: looking it up in vain does no harm.
final class TokenFilter: Sendable {
    private let prefixes: NIOLockedValueBox<Set<UInt64>>

    init(_ database: Database) throws {
        var prefixes: Set<UInt64> = []
        let hashes = try Data.fetchCursor(database, sql: "SELECT hash FROM token")
        while let hash = try hashes.next() { prefixes.insert(Self.prefix(hash)) }
        self.prefixes = NIOLockedValueBox(prefixes)
    }

    /// Before the commit, so that a token is known as soon as its owner is.
    func insert(_ hash: [UInt8]) {
        let prefix = Self.prefix(hash)
        prefixes.withLockedValue { _ = $0.insert(prefix) }
    }

    func mayContain(_ hash: [UInt8]) -> Bool {
        let prefix = Self.prefix(hash)
        return prefixes.withLockedValue { $0.contains(prefix) }
    }

    private static func prefix(_ hash: some Sequence<UInt8>) -> UInt64 {
        hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
