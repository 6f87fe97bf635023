import ApusChat
import ApusCore
import ApusTransports
import ApusWire
import NIOConcurrencyHelpers
import NIOPosix

/// The server as its transports and routes see it.
final class ServerBackend: Backend {
    let hub: Hub
    let allowance: CommandAllowance?
    let store: any ChatStore
    let writer: ChatWriter
    private let threads: NIOThreadPool
    let origins: AllowedOrigins
    private let tickets = NIOLockedValueBox(TicketBook())
    /// A room's key never changes, so what is known stays true.
    private let roomKeys = NIOLockedValueBox<[String: RoomKey]>([:])
    private static let maximumKnown = 100_000

    init(
        hub: Hub, store: any ChatStore, writer: ChatWriter, threads: NIOThreadPool, allowance: CommandAllowance?,
        origins: AllowedOrigins
    ) {
        self.hub = hub
        self.allowance = allowance
        self.origins = origins
        self.store = store
        self.writer = writer
        self.threads = threads
    }

    func known(token: String) -> Recognition {
        let hash = BearerToken(token).hash
        guard let credential = hub.credentials[hash] else {
            return store.mayKnow(tokenHash: hash) ? .unknown : .nobody
        }
        let now = hub.wallClock()
        if credential.isExpired(at: now) { return .nobody }
        if credential.isSession, let usedAt = credential.usedAt, usedAt.later(by: Session.accuracy) <= now {
            prolong(hash, now)
        }
        return .somebody(credential)
    }

    func load(token: String) throws {
        let hash = BearerToken(token).hash
        let moment = hub.credentials.moment
        guard let credential = try store.credential(tokenHash: hash) else { return }
        hub.credentials.keep(credential, hash, since: moment)
    }

    /// A session that is used lasts on. Nobody waits for it: should the disk not take it now, it is tried tomorrow.
    private func prolong(_ hash: [UInt8], _ now: Timestamp) {
        let end = now.later(by: Session.lifetime)
        hub.credentials.update(hash) {
            $0.usedAt = now
            $0.expiresAt = end
        }
        writer.submit(
            WriteJob(
                run: { store in
                    try store.prolongSession(hash: hash, usedAt: now, expiresAt: end)
                    return []
                }, done: { _ in }))
    }

    func issueTicket(for token: String) throws -> (ticket: String, expiresAt: Timestamp) {
        try tickets.withLockedValue { try $0.issue(for: token, now: hub.wallClock()) }
    }

    func redeem(ticket: String) -> String? { tickets.withLockedValue { $0.redeem(ticket, now: hub.wallClock()) } }

    func knownRooms(named names: [String]) -> Set<RoomKey>? {
        roomKeys.withLockedValue { known in
            var keys: Set<RoomKey> = []
            for name in names {
                guard let key = known[name] else { return nil }
                keys.insert(key)
            }
            return keys
        }
    }

    func rooms(named names: [String]) throws -> Set<RoomKey> {
        var keys: Set<RoomKey> = []
        for name in names {
            guard let key = try roomKeys.withLockedValue({ $0[name] }) ?? store.room(named: name)?.key else { continue }
            keys.insert(key)
            roomKeys.withLockedValue { known in
                if known.count >= Self.maximumKnown { known = [:] }
                known[name] = key
            }
        }
        return keys
    }

    func offload(_ work: @escaping @Sendable () -> Void) {
        threads.submit { _ in work() }
    }

    /// Runs something that blocks, for the routes.
    func blocking<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await threads.runIfActive(work)
    }

    func submit(_ items: [Command.Item], of user: Identity, replyTo: ReplyAddress) {
        writer.submit(Submission(user: user, items: items, replyTo: replyTo))
    }
}
