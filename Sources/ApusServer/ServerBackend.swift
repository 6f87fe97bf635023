import ApusChat
import ApusCore
import ApusTransports
import ApusWire
import Dispatch
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
    /// The keys of the operator's own application, if its tokens are taken.
    private let applicationKeys: JWTKeyFile?
    private let tickets = NIOLockedValueBox(TicketBook())
    /// A room's key never changes, so what is known stays true.
    private let roomKeys = NIOLockedValueBox<[String: RoomKey]>([:])
    private static let maximumKnown = 100_000

    init(
        hub: Hub, store: any ChatStore, writer: ChatWriter, threads: NIOThreadPool, allowance: CommandAllowance?,
        origins: AllowedOrigins, applicationKeys: JWTKeyFile?
    ) {
        self.hub = hub
        self.allowance = allowance
        self.origins = origins
        self.applicationKeys = applicationKeys
        self.store = store
        self.writer = writer
        self.threads = threads
    }

    func known(token: String) -> Recognition {
        let hash = BearerToken(token).hash
        guard let credential = hub.credentials[hash] else {
            if JWTVerifier.isToken(token) { return applicationKeys == nil ? .nobody : .unknown }
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
        if let applicationKeys, JWTVerifier.isToken(token) {
            let identity = try applicationKeys.verifier.verify(token, now: hub.wallClock())
            let account = try account(of: identity)
            if account.isBanned { throw Problem.banned }
            let credential = Credential(
                identity: account.identity, id: "j_\(identity.key)_\(hexadecimal(hash.prefix(8)))",
                expiresAt: identity.expiresAt.later(by: JWTVerifier.leeway))
            return hub.credentials.keep(credential, hash, since: moment)
        }
        guard let credential = try store.credential(tokenHash: hash) else { return }
        hub.credentials.keep(credential, hash, since: moment)
    }

    /// Reads the application's keys again if they have changed, and ends what the ones opened that are gone.
    func refreshApplicationKeys() async {
        for key in await applicationKeys?.refresh() ?? [] { hub.end(.vouched("j_\(key)_")) }
    }

    /// The account that a token of the application speaks for, made on first sight. Blocks.
    private func account(of identity: JWTIdentity) throws -> Account {
        let user = ExternalUser(
            issuer: identity.issuer, subject: identity.subject, userName: identity.userName,
            displayName: identity.displayName)
        if let account = try store.account(issuer: identity.issuer, subject: identity.subject),
            user.isKnown(as: account)
        {
            return account
        }
        let result = NIOLockedValueBox<Result<Account, any Error>?>(nil)
        let isDone = DispatchSemaphore(value: 0)
        let now = hub.wallClock()
        writer.submit(
            WriteJob(
                run: { store in
                    let (account, events) = try user.sign(into: store, at: now)
                    result.withLockedValue { $0 = .success(account) }
                    return WriteJob.Effects(events: events)
                },
                done: { outcome in
                    if case .failure(let error) = outcome { result.withLockedValue { $0 = .failure(error) } }
                    isDone.signal()
                }))
        isDone.wait()
        let account = try result.withLockedValue { $0! }.get()  // set by `run`, or by `done` if that has failed
        hub.credentials.forget(account.identity.key)
        return account
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
        // No name has a NUL, and a database may end a text there.
        for name in names where !name.utf8.contains(0) {
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
