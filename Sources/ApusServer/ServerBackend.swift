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
    /// Neither a token's owner nor a room's key ever changes, so what is known stays true.
    private let identities = NIOLockedValueBox<[[UInt8]: Identity]>([:])
    private let roomKeys = NIOLockedValueBox<[String: RoomKey]>([:])
    private static let maximumKnown = 100_000

    init(
        hub: Hub, store: any ChatStore, writer: ChatWriter, threads: NIOThreadPool, allowance: CommandAllowance?
    ) {
        self.hub = hub
        self.allowance = allowance
        self.store = store
        self.writer = writer
        self.threads = threads
    }

    func knownIdentity(bearer: String) -> Identity? {
        let hash = BearerToken(bearer).hash
        return identities.withLockedValue { $0[hash] }
    }

    func identity(bearer: String) throws -> Identity? {
        let hash = BearerToken(bearer).hash
        guard let identity = try store.identity(tokenHash: hash) else { return nil }
        identities.withLockedValue { known in
            if known.count >= Self.maximumKnown { known = [:] }
            known[hash] = identity
        }
        return identity
    }

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
