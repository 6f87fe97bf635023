import ApusClient
import ApusServer
import ApusWire
import Foundation
import UnixSignals

/// The chat as it runs: what happens goes to the state, what the state wants is done, what it looks like is drawn. All
/// on the main actor: what is said in a row is handed to the client in that order.
@MainActor
final class ChatSession {
    let client: ApusClient
    private let terminal: Terminal
    private var state: ChatState
    private var painter: Painter
    private let clock = ContinuousClock()
    private let began: ContinuousClock.Instant
    private var isDrawing = false
    /// The terminal is another's again: nothing is drawn any more, whatever still happens.
    private var hasEnded = false
    private let tasks = Tasks()
    private let (ended, end) = AsyncStream.makeStream(of: OperatorError?.self)

    init(_ client: ApusClient, _ terminal: Terminal, hasColours: Bool) {
        self.client = client
        self.terminal = terminal
        let (width, height) = terminal.size
        state = ChatState(
            width: width, height: height, timeZone: .current, idPrefix: "chat-\(UUID().uuidString.lowercased())")
        painter = Painter(hasColours: hasColours)
        began = clock.now
    }

    /// Until the user quits, or the server will not have this client.
    func run() async throws {
        follow(terminal.keys()) { session, keys in
            for key in keys { session.take(.key(key)) }
        } after: { session in
            session.end.yield(nil)
        }
        follow(client.status) { session, status in
            session.take(.connection(status.seen))
            guard status.connection == .needsCredentials else { return }
            session.end.yield(
                OperatorError("The server does not take this token (401). Make one with: apus token NAME"))
        }
        follow(client.signals) { session, signals in session.take(.signals(signals)) }
        tasks.run { await self.followEvents() }
        tasks.run { await self.followSignals() }
        tasks.run { await self.followTime() }
        // Refused while nobody looked, in an earlier run.
        take(.unsent(try await client.unsent))
        defer {
            hasEnded = true
            tasks.cancelAll()
        }
        for await trouble in ended {
            if let trouble { throw trouble }
            break
        }
    }

    /// What would be lost now, but for the client's file.
    var unsent: [PendingMessage] {
        state.timelines.values.flatMap(\.pending).filter { if case .onDisk = $0.state { false } else { true } }
    }

    /// Takes an input, and does what follows from it.
    func take(_ input: ChatInput) {
        let effects = state.handle(input, now: now)
        for effect in effects { perform(effect) }
        drawSoon()
    }

    var isConnected: Bool { state.connection.transport != nil }

    func quit() { end.yield(nil) }

    func redraw() { painter.forget() }

    private var now: Milliseconds { Milliseconds((clock.now - began) / .milliseconds(1)) }

    // MARK: what happens

    private func follow<Value: Sendable>(
        _ stream: AsyncStream<Value>, _ take: @escaping @MainActor (ChatSession, Value) -> Void,
        after: @escaping @MainActor (ChatSession) -> Void = { _ in }
    ) {
        tasks.run {
            for await value in stream { take(self, value) }
            if !Task.isCancelled { after(self) }
        }
    }

    private func followEvents() async {
        while !Task.isCancelled {
            do {
                for try await event in client.events { take(.event(event)) }
                return
            } catch let error as ClientError where error.code == .reset {
                take(.reset)
            } catch let error as ClientError {
                return _ = end.yield(OperatorError("\(error)"))
            } catch {
                return  // cancelled
            }
        }
    }

    private func followSignals() async {
        for await signal in await UnixSignalsSequence(trapping: .sigwinch, .sigterm, .sigint, .sighup) {
            guard signal == .sigwinch else { return _ = end.yield(nil) }
            let (width, height) = terminal.size
            painter.forget()
            take(.resized(width: width, height: height))
        }
    }

    /// Who types stops, and the seconds to the next try count down.
    private func followTime() async {
        while (try? await clock.sleep(for: .seconds(1))) != nil {  // fails when it is cancelled
            if !isConnected {
                for await status in client.status {
                    take(.connection(status.seen))
                    break
                }
            }
            take(.tick)
        }
    }

    // MARK: what is seen

    /// What happens in one turn is drawn once.
    private func drawSoon() {
        guard !isDrawing else { return }
        isDrawing = true
        Task {
            isDrawing = false
            draw()
        }
    }

    private func draw() {
        guard !hasEnded else { return }
        let changes = painter.paint(ChatView.screen(of: state))
        if !changes.isEmpty { terminal.write(changes) }
    }

    // MARK: what it leads to

    /// Does something with the server; how long the answer took is the round trip.
    func answer(_ work: @escaping @MainActor () async throws -> [ChatInput], _ failed: @escaping (String) -> ChatInput)
    {
        tasks.run { [self] in
            let (asked, wasConnected) = (clock.now, isConnected)
            do {
                let inputs = try await work()
                if wasConnected, isConnected {
                    take(.roundTrip(max(1, Milliseconds((clock.now - asked) / .milliseconds(1)))))
                }
                for input in inputs { take(input) }
            } catch let refusal as Outbox.Refusal {
                take(failed("\(refusal)"))
            } catch let error as ClientError where error.code != .closed {
                take(failed("\(error)"))
            } catch {}  // cancelled or closed: the chat ends
        }
    }
}

extension Status {
    fileprivate var seen: ChatInput.Connection {
        let name: String? =
            switch transport {
            case .webSocket: "WebSocket"
            case .sse: "SSE"
            case .longPoll: "long poll"
            case .shortPoll: "short poll"
            case nil: nil
            }
        return ChatInput.Connection(transport: name, sentence: sentence, waiting: waiting)
    }
}
