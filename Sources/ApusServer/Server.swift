import ApusChat
package import ApusCore
import ApusSQLite
import ApusTransports
import ApusWire
import Foundation
package import Logging
import NIOCore
import NIOConcurrencyHelpers
import NIOExtras
import NIOPosix

/// A running Apus server: opens the data folder, listens, and stops without losing anything.
package final class Server: Sendable {
    package let settings: ServerSettings
    package let instruments: Instruments
    package let port: Int
    /// What the router serves, as OpenAPI writes it: `GET /v1/rooms/{room}`.
    package let routes: [String]
    private let logger: Logger
    private let folder: DataFolder
    private let group: MultiThreadedEventLoopGroup
    private let threads: NIOThreadPool
    private let backend: ServerBackend
    private let accounts: AccountDesk
    private let searches: Searches
    private let readiness: Readiness
    private let listener: any Channel
    private let control: any Channel
    /// Let go before its event loops end, for its own end still uses one.
    private let quiescing: NIOLockedValueBox<ServerQuiescingHelper?>
    private let ticker: RepeatedTask
    private let indexTicker: RepeatedTask

    package var hub: Hub { backend.hub }
    /// What makes the first account; nil when there was an owner when the server started.
    package var setupSecret: String? { accounts.setup?.text }

    /// Starts everything. When this returns, clients are served. Throws an `OperatorError` for what the operator can
    /// mend.
    package init(_ settings: ServerSettings, logger: Logger) async throws {
        var settings = settings
        settings.hub.limits = settings.limits
        settings.hub.server = "apus \(Version.number)"
        self.settings = settings
        self.logger = logger
        guard let folder = try DataFolder(taking: settings.data) else {
            throw OperatorError(
                "Another Apus server is using the data folder \(settings.data); stop it, or choose another with --data."
            )
        }
        self.folder = folder
        var undo: [() -> Void] = [folder.release]
        do {
            let store = try SQLiteStore(path: folder.database)
            try store.beginEpoch(at: .now)
            group = MultiThreadedEventLoopGroup(
                numberOfThreads: min(settings.loops > 0 ? settings.loops : usableCores, 64))
            threads = NIOThreadPool(numberOfThreads: 4)
            threads.start()
            undo.append { [group, threads] in
                group.shutdownGracefully { _ in }
                threads.shutdownGracefully { _ in }
            }
            instruments = Instruments()
            let hub = try Hub(
                log: store, signalSource: store, loops: group.makeIterator().map { $0 }, configuration: settings.hub,
                instruments: instruments, wallClock: settings.wallClock,
                offload: { [threads] work in threads.submit { _ in work() } })
            let writer = ChatWriter(store: store, hub: hub, limits: settings.chat) { what, error in
                logger.error("write failed", metadata: ["in": "\(what)", "error": "\(error)"])
            }
            undo.append(writer.stop)
            var applicationKeys: JWTKeyFile?
            if let jwt = settings.jwt { applicationKeys = try await JWTKeyFile(jwt, logger: logger) }
            backend = ServerBackend(
                hub: hub, store: store, writer: writer, threads: threads,
                allowance: CommandAllowance(
                    perSecond: settings.chat.commandsPerSecond, burst: settings.chat.commandBurst),
                origins: AllowedOrigins(settings.allowedOrigins), applicationKeys: applicationKeys)
            accounts = try AccountDesk(
                backend: backend, registration: settings.registration, triesPerMinute: settings.signInTries,
                logger: logger)
            let indexer = SearchIndexer(writer: writer, hub: hub) { what, error in
                logger.error("write failed", metadata: ["in": "\(what)", "error": "\(error)"])
            }
            searches = Searches(store: store, indexer: indexer)
            undo.append(searches.stop)
            readiness = Readiness(writer: writer)
            let proxies = TrustedProxies(settings.trustedProxies)
            let handlers = Routes(
                backend: backend, accounts: accounts, instruments: instruments, readiness: readiness,
                searches: searches, web: WebPage(), proxies: proxies, logger: logger)
            routes = handlers.served.map { "\($0.method) \($0.path)" }
            let front = Front(
                backend: backend, router: RouterBridge(logger: logger, responder: handlers.responder()),
                timeouts: settings.timeouts,
                connectionsPerAddress: settings.connectionsPerAddress, proxies: proxies, logger: logger)
            quiescing = NIOLockedValueBox(ServerQuiescingHelper(group: group))
            undo.append { [quiescing] in quiescing.withLockedValue { $0 = nil } }
            listener = try await Self.bind(settings, group, quiescing, front)
            undo.append { [listener] in listener.close(promise: nil) }
            port = listener.localAddress?.port ?? settings.port
            control = try await ControlSocket.listen(at: folder.controlSocket, on: group) { [backend] request in
                await backend.administrate(request)
            }
            let expiry = SessionExpiry(backend: backend)
            let hasApplicationKeys = settings.jwt != nil
            ticker = group.next().scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) {
                [backend, accounts] _ in
                hub.tick()
                writer.flushReceipts()
                expiry.tick()
                accounts.tick()
                if hasApplicationKeys { Task { await backend.refreshApplicationKeys() } }
                indexer.tick()
            }
            indexTicker = group.next().scheduleRepeatedTask(
                initialDelay: .milliseconds(500), delay: .milliseconds(500)
            ) { _ in indexer.goOn() }
        } catch {
            for step in undo.reversed() { step() }
            throw error
        }
        logger.info(
            "serving",
            metadata: [
                "host": "\(settings.host)", "port": "\(port)", "data": "\(settings.data)", "epoch": "\(hub.epoch)",
            ])
    }

    private static func bind(
        _ settings: ServerSettings, _ group: MultiThreadedEventLoopGroup,
        _ quiescing: NIOLockedValueBox<ServerQuiescingHelper?>,
        _ front: Front
    ) async throws -> any Channel {
        do {
            return try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 4096)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        guard let helper = quiescing.withLockedValue(\.self) else { return }
                        try channel.pipeline.syncOperations.addHandler(
                            helper.makeServerChannelHandler(channel: channel))
                    }
                }
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                // A client may close its side when it has asked, and still gets its answers.
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                // A reader with this much waiting is a slow one, and is caught up from the log instead.
                .childChannelOption(.writeBufferWaterMark, value: .init(low: 64 * 1024, high: 256 * 1024))
                .childChannelOption(
                    .recvAllocator,
                    value: AdaptiveRecvByteBufferAllocator(minimum: 256, initial: 512, maximum: 64 * 1024)
                )
                .childChannelInitializer(front.initialize)
                .bind(host: settings.host, port: settings.port).get()
        } catch let error as IOError {
            let place = "\(settings.host):\(settings.port)"
            throw OperatorError(
                error.errnoCode == EADDRINUSE
                    ? "Port \(settings.port) on \(settings.host) is taken by another program; choose another with --port."
                    : "Cannot listen at \(place): \(String(cString: strerror(error.errnoCode))).")
        } catch is SocketAddressError.UnknownHost {
            throw OperatorError("Cannot listen at \(settings.host): there is no such host. Choose another with --host.")
        }
    }

    /// Stops: says goodbye to every reader, lets requests in progress finish, writes what was submitted, and lets the
    /// folder go. Takes at most `grace`, and a little.
    package func stop() async {
        logger.info("stopping", metadata: ["connections": "\(instruments.connections.current)"])
        readiness.drain()
        ticker.cancel()
        indexTicker.cancel()
        let readers = TransportKind.allCases.reduce(0) { $0 + instruments.readers($1).current }
        // Enough time for everybody to come back without a crowd at the door.
        let spread = min(20_000, Int64(readers) * 2)
        for half in hub.halves {
            half.loop.execute { half.drainReaders(Bye(.draining, spreadMilliseconds: spread)) }
        }
        let closed = group.next().makePromise(of: Void.self)
        quiescing.withLockedValue { $0?.initiateShutdown(promise: closed) }
        let timeout = group.next().scheduleTask(in: settings.grace) { closed.fail(CancellationError()) }
        do { try await closed.futureResult.get() } catch {
            logger.warning("connections cut off", metadata: ["connections": "\(instruments.connections.current)"])
        }
        timeout.cancel()
        await finish()
        logger.info("stopped")
    }

    private func finish() async {
        await withCheckedContinuation { continuation in
            // Waits for the writer's thread: not on a thread of the concurrency pool.
            DispatchQueue.global().async { [backend] in
                backend.writer.stop()
                continuation.resume()
            }
        }
        quiescing.withLockedValue { $0 = nil }
        // Whatever of this fails, the process or the test is ending.
        try? await control.close()
        unlink(folder.controlSocket)
        try? await group.shutdownGracefully()
        try? await threads.shutdownGracefully()
        try? await accounts.passwords.stop()
        searches.stop()
        await wipe()
        folder.release()
    }

    /// What was deleted since the last time must not stay in the files for as long as no server runs. That the last
    /// connection cuts the log off when it is closed does not help: the process may end before.
    private func wipe() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [backend, logger] in
                do {
                    if try !backend.store.wipe() {
                        logger.warning(
                            "deleted texts stay in the database's log until the next start: it is being read")
                    }
                } catch {
                    logger.error("write failed", metadata: ["in": "wipe", "error": "\(error)"])
                }
                continuation.resume()
            }
        }
    }
}
