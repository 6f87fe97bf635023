import ApusCore
import ApusChat
import ApusWire
import NIOConcurrencyHelpers

/// Looks about once a minute for sessions whose time is up, and ends them and what they opened.
final class SessionExpiry: Sendable {
    private static let pause: Int64 = 60_000

    private let backend: ServerBackend
    private let next: NIOLockedValueBox<Timestamp>

    init(backend: ServerBackend) {
        self.backend = backend
        next = NIOLockedValueBox(backend.hub.wallClock())
    }

    /// About once a second.
    func tick() {
        let now = backend.hub.wallClock()
        let isDue = next.withLockedValue { next in
            guard next <= now else { return false }
            next = now.later(by: Self.pause)
            return true
        }
        guard isDue else { return }
        backend.offload { [backend] in
            // A disk that cannot be read now is read in a minute.
            guard (try? backend.store.hasExpiredSessions(at: now)) == true else { return }
            Task {
                let ended = try await backend.write { store in (try store.endExpiredSessions(at: now), []) }
                for session in ended { backend.hub.end(.opened(by: session.user, with: session.id)) }
            }
        }
    }
}
