import NIOConcurrencyHelpers

/// Whose credential is whose, as far as it is known without asking the disk. A look-up that began before an ending does
/// not put back what the ending took out, or a dead credential would live on here.
package final class CredentialBook: Sendable {
    private struct State {
        var known: [[UInt8]: Credential] = [:]
        var hashes: [UserKey: Set<[UInt8]>] = [:]
        /// The users that were forgotten last, oldest first; the last one is number `forgettings`.
        var forgotten: [UserKey] = []
        var forgettings = 0
    }

    private let state = NIOLockedValueBox(State())
    private let capacity: Int
    private let memory: Int

    /// - Parameters:
    ///   - capacity: credentials that are kept; then all are looked up anew.
    ///   - memory: forgettings that a look-up may be older than; a look-up slower than that many is not kept.
    package init(capacity: Int = 100_000, memory: Int = 1000) {
        self.capacity = capacity
        self.memory = memory
    }

    package subscript(hash: [UInt8]) -> Credential? { state.withLockedValue { $0.known[hash] } }

    /// What a look-up must remember from before it asks the disk.
    package var moment: Int { state.withLockedValue(\.forgettings) }

    /// Keeps what a look-up has found, unless its user was forgotten since `moment`.
    package func keep(_ credential: Credential, _ hash: [UInt8], since moment: Int) {
        state.withLockedValue { state in
            let missed = state.forgettings - moment
            guard missed <= state.forgotten.count,
                !state.forgotten.suffix(missed).contains(credential.identity.key)
            else { return }
            if state.known.count >= capacity {
                state.known = [:]
                state.hashes = [:]
            }
            state.known[hash] = credential
            state.hashes[credential.identity.key, default: []].insert(hash)
        }
    }

    /// Changes what is known of a credential; one that is not known stays so.
    package func update(_ hash: [UInt8], _ change: (inout Credential) -> Void) {
        state.withLockedValue { state in
            guard var credential = state.known[hash] else { return }
            change(&credential)
            state.known[hash] = credential
        }
    }

    func forget(_ ended: EndedReaders) {
        switch ended {
        case .all(let user), .opened(let user, _): forget(user)
        case .vouched(let beginning):
            state.withLockedValue { state in
                for (hash, credential) in state.known where credential.id.hasPrefix(beginning) {
                    state.known[hash] = nil
                    state.hashes[credential.identity.key]?.remove(hash)
                }
                // No look-up that is on its way is kept: whose it is, is not known yet.
                state.forgettings += 1
                state.forgotten = []
            }
        }
    }

    /// The user, or one of the user's credentials, is not what it was.
    package func forget(_ user: UserKey) {
        state.withLockedValue { state in
            for hash in state.hashes.removeValue(forKey: user) ?? [] { state.known[hash] = nil }
            state.forgettings += 1
            state.forgotten.append(user)
            // Half at a time, so that a forgetting costs the same on average however much is remembered.
            if state.forgotten.count > memory * 2 { state.forgotten.removeFirst(memory) }
        }
    }
}
