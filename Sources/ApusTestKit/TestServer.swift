package import ApusChat
package import ApusCore
package import ApusServer
package import ApusWire
import Foundation
import Logging
import NIOCore

/// The real server on a free port with a data folder of its own, and the means to look behind it.
package actor TestServer {
    package nonisolated let folder: String
    package nonisolated let clock: TestClock
    package nonisolated let port: Int
    /// The running server; another one after each `restart`.
    package private(set) var server: Server
    private var settings: ServerSettings
    private var isRunning = true
    private static let turnstile = Turnstile(6)

    /// Runs `body` with a fresh server, and leaves nothing of it behind.
    package static func run(
        _ adjust: @Sendable (inout ServerSettings) -> Void = { _ in }, _ body: (TestServer) async throws -> Void
    ) async throws {
        await turnstile.enter()
        do {
            let server = try await TestServer(adjust)
            do {
                try await body(server)
            } catch {
                await server.end()
                throw error
            }
            await server.end()
        } catch {
            await turnstile.leave()
            throw error
        }
        await turnstile.leave()
    }

    private init(_ adjust: @Sendable (inout ServerSettings) -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/apus-test-\(UUID().uuidString.prefix(8))"
        let clock = TestClock()
        var settings = ServerSettings()
        settings.data = folder
        settings.port = 0
        settings.loops = 2
        settings.chat.commandsPerSecond = 0
        settings.hub.streamsPerUser = 0
        settings.wallClock = { clock.now }
        settings.grace = .seconds(2)
        adjust(&settings)
        self.folder = folder
        self.clock = clock
        server = try await Server(settings, logger: Self.quiet)
        port = server.port
        settings.port = server.port
        self.settings = settings
    }

    private static var quiet: Logger {
        let level = ProcessInfo.processInfo.environment["APUS_TEST_LOG"].flatMap { Logger.Level(rawValue: $0) }
        return Logger(label: "apus") { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level ?? .critical
            return handler
        }
    }

    package var hub: Hub { server.hub }
    /// Any of the loops' halves, as a connection gets any of the loops.
    private var half: HubHalf { hub.halves.randomElement()! }  // a hub has at least one half
    package var instruments: Instruments { server.instruments }

    /// Stops the server and starts it again on the same folder and port.
    package func restart(_ adjust: @Sendable (inout ServerSettings) -> Void = { _ in }) async throws {
        isRunning = false
        await server.stop()
        adjust(&settings)
        server = try await Server(settings, logger: Self.quiet)
        isRunning = true
    }

    private func end() async {
        await server.stop()
        // What cannot be removed is in the folder for temporary files, where it is removed some day.
        try? FileManager.default.removeItem(atPath: folder)
    }

    // MARK: people

    /// Makes an account as `apus user add` does, over the control socket.
    package func user(_ name: String, role: UserRole = .member) async throws -> TestUser {
        _ = try await administrate(.addUser(name: name, role: role, password: nil))
        guard let token = try await administrate(.makeToken(user: name, replaces: false))["token"]?.string else {
            throw DeliveryFailure("no token came for \(name)")
        }
        let (key, id) = try LogReader(folder: folder).user(named: name)
        return TestUser(key: key, id: id, name: name, address: ServerAddress(port: port, token: token))
    }

    package func users(_ names: [String]) async throws -> [TestUser] {
        var users: [TestUser] = []
        for name in names { users.append(try await user(name)) }
        return users
    }

    /// Makes a room without members, as `apus room create` does.
    package func room(_ slug: String) async throws { _ = try await administrate(.createRoom(slug: slug)) }

    private func administrate(_ request: Administrator.Request) async throws -> JSONObject {
        let data = folder
        return try await withCheckedThrowingContinuation { continuation in
            // Blocks: not on a thread of the concurrency pool.
            DispatchQueue.global().async {
                continuation.resume(with: Result { try Administrator.perform(request, data: data) })
            }
        }
    }

    // MARK: reading

    package nonisolated func stream(
        _ transport: Transport, as user: TestUser, _ options: StreamOptions = StreamOptions()
    ) -> TestStream {
        guard transport == .inProcess else {
            return TestStream(server: user.address, transport: transport, options: options)
        }
        return TestStream(server: user.address, transport: transport, options: options) { [self] options, deadline in
            guard await isRunning else { throw ClientFailure(.closed, "the server is between two starts") }
            let keys = try options.rooms.map { try LogReader(folder: folder).rooms(named: $0) }
            let identity = Identity(key: UserKey(user.key), id: user.id, name: user.name, displayName: user.name)
            let request = ReaderRequest(
                identity: identity, kind: .webSocket,
                scope: keys.map { .rooms(Set($0.map(RoomKey.init))) } ?? .everything, cursor: options.cursor,
                signals: options.signals, limit: options.limit ?? 100, client: options.client,
                observes: options.observe, probes: options.probe)
            return try await InProcessSource(await half, request, by: deadline)
        }
    }

    /// A cursor of the running epoch.
    package func cursor(_ seq: Int64) -> Cursor { Cursor(epoch: hub.epoch, seq: seq) }

    // MARK: the log itself

    package nonisolated func head() throws -> Int64 { try LogReader(folder: folder).head() }

    /// What a user may see of the log, worked out from the file and not from the server.
    package nonisolated func log(
        visibleTo user: TestUser, in rooms: [String]? = nil, after: Int64 = 0, through: Int64 = .max
    ) throws -> [Event] {
        try LogReader(folder: folder).events(visibleTo: user.id, in: rooms)
            .filter { $0.seq > after && $0.seq <= through }
    }

    /// Throws unless `events` are exactly what the log holds for the user in that stretch.
    package nonisolated func verify(
        _ events: [Event], are user: TestUser, in rooms: [String]? = nil, after: Int64, through: Int64,
        file: String = #fileID, line: Int = #line
    ) throws {
        let expected = try log(visibleTo: user, in: rooms, after: after, through: through)
        if expected == events { return }
        let (came, due) = (events.map(\.seq), expected.map(\.seq))
        let what =
            came == due
            ? "the contents differ, first \(zip(events, expected).first { $0 != $1 }.map { "\($0) for \($1)" } ?? "")"
            : "\(came.count) came, missing \(due.filter { !came.contains($0) }.prefix(20)), "
                + "not due \(came.filter { !due.contains($0) }.prefix(20)), in order: \(came == came.sorted())"
        throw DeliveryFailure(
            "\(user.name) did not get the \(due.count) events of the log in (\(after), \(through)]: \(what) (\(file):\(line))"
        )
    }
}
