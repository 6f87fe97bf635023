public import ApusWire
import NIOCore
import NIOPosix

/// A connection to an Apus server that stays up: over whichever of WebSocket, server-sent events and polling works at
/// the moment, from one cursor, so that changing between them loses and doubles nothing.
///
/// It connects by itself, and again whenever it must, until `close()`.
public final class ApusClient: Sendable {
    private let shell: NIOLoopBoundBox<Shell>
    let loop: any EventLoop

    /// - Parameters:
    ///   - url: the server's address, such as `https://chat.example.org`.
    ///   - file: where to keep what is not yet sent, and how far `events` has come, over restarts of the program. One
    ///     file for each account; nobody else may use it meanwhile. Without one, reading begins with what happens from
    ///     now on.
    ///   - credentials: asked for a bearer token at every attempt, so that a new one is used as soon as there is one.
    ///     When the server takes it no longer, it is asked once more: another token goes on at once. If it is the same
    ///     one, or the other one is refused as well, the status is `needsCredentials` until `signedIn()`. An error means
    ///     that it is asked again at the next attempt.
    /// - Throws: `ClientError` where the address is none, or the file cannot be used.
    public init(
        url: String, file: String? = nil, credentials: @escaping @Sendable () async throws -> String
    ) throws {
        let endpoint = try Endpoint(url)
        let kept = try file.map { try ClientFile($0) }
        let saved = try kept?.read() ?? Saved()
        loop = MultiThreadedEventLoopGroup.singleton.next()
        let shell = Shell(endpoint, file: kept, saved: saved, on: loop, credentials: credentials)
        self.shell = NIOLoopBoundBox.makeBoxSendingValue(shell, as: Shell.self, eventLoop: loop)
        run { $0.tell(.start) }
    }

    deinit { run { $0.stop() } }

    func run(_ work: @escaping @Sendable (Shell) -> Void) {
        let shell = shell
        loop.execute { work(shell.value) }
    }

    /// Runs on the loop, and waits for what it is told in the end.
    func ask<Value: Sendable>(
        _ work: @escaping @Sendable (Shell, @escaping (Result<Value, any Error>) -> Void) -> Void
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            run { work($0) { continuation.resume(with: $0) } }
        }
    }

    /// As `ask`, for what takes a while: it ends with the task that asks, and with the client.
    func question<Value: Sendable>(
        _ work: @escaping @Sendable (Shell, @escaping (Result<Value, any Error>) -> Void) -> Void
    ) async throws -> Value {
        let name = newCommandID()
        return try await ask(
            { shell, then in shell.asked(name, then) { work(shell, $0) } },
            cancelled: { $0.giveUp(name, because: CancellationError()) })
    }

    /// `cancelled` comes after `work`, whenever the task is cancelled: before it nobody would be found to tell.
    private func ask<Value: Sendable>(
        _ work: @escaping @Sendable (Shell, @escaping (Result<Value, any Error>) -> Void) -> Void,
        cancelled: @escaping @Sendable (Shell) -> Void
    ) async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                run { work($0) { continuation.resume(with: $0) } }
                if Task.isCancelled { run(cancelled) }
            }
        } onCancel: {
            run(cancelled)
        }
    }

    // MARK: the connection

    /// How the client stands, from now on; a slow watcher gets the newest.
    public var status: AsyncStream<Status> {
        let (stream, continuation) = AsyncStream.makeStream(of: Status.self, bufferingPolicy: .bufferingNewest(1))
        run { [weak self] shell in
            shell.readers.status.watch(continuation, shell.status) { [weak self] number in
                self?.run { $0.readers.status.unwatch(number) }
            }
            if shell.readers.isClosed { shell.readers.endWatching() }
        }
        return stream
    }

    /// What is true only for now: who types, who is here, who has read what; a slow watcher gets the newest. While the
    /// client is not connected it stays as it was.
    public var signals: AsyncStream<Signals> {
        let (stream, continuation) = AsyncStream.makeStream(of: Signals.self, bufferingPolicy: .bufferingNewest(1))
        run { [weak self] shell in
            shell.readers.signals.watch(continuation, shell.signals) { [weak self] number in
                self?.run { $0.readers.signals.unwatch(number) }
            }
            if shell.readers.isClosed { shell.readers.endWatching() }
        }
        return stream
    }

    /// There are new credentials: connect again.
    public func signedIn() { run { $0.tell(.credentialsRenewed) } }

    /// The device is on another network: what was blocked may work, what worked may not.
    public func networkChanged() { run { $0.tell(.networkChanged) } }

    /// Ends the connection. What was not sent stays in the file, and is sent by the next client that uses it.
    public func close() async {
        // Nothing fails here: it ends when the loop has done it.
        try? await ask { (shell: Shell, done: @escaping (Result<Void, any Error>) -> Void) in
            shell.stop()
            done(.success(()))
        }
    }

    // MARK: reading

    /// Everything that happens in one's rooms, in order, once each, from where it was left.
    ///
    /// One loop at a time. An event counts as done when the loop asks for the next: only then the position in the file
    /// moves past it, within a second. So after a crash of the program the last ones may come again; their `seq` tells.
    /// Whatever the loop does meanwhile, at most 1,000 events wait in memory; the rest is read when there is room.
    ///
    /// Throws `ClientError`: `reset` when events may have been missed (a new loop goes on from now), `closed` when the
    /// server will not have this client any more.
    public var events: Events { Events(client: self) }

    public struct Events: AsyncSequence, Sendable {
        public typealias Element = Event
        let client: ApusClient

        public func makeAsyncIterator() -> Iterator { Iterator(client: client) }

        public struct Iterator: AsyncIteratorProtocol {
            let client: ApusClient

            public func next() async throws -> Event? {
                try await client.ask({ $0.next($1) }, cancelled: { $0.cancelNext() })
            }
        }
    }
}
