import ApusWire

/// One transport, as `TestStream` reads it.
protocol StreamSource: Sendable {
    /// The next item; after the end, the end again.
    func next(by deadline: Deadline) async throws -> Arrival
    /// Leaves as a well-behaved client does, as far as the transport knows manners.
    func close(by deadline: Deadline) async throws
    /// Just closes the socket.
    func abort() async
    func setReading(_ on: Bool) async throws
    /// Says that everything up to `seq` is applied, where that is said neither by a frame nor by a command.
    func ack(_ seq: Int64) async throws
}

extension StreamSource {
    func ack(_ seq: Int64) async throws {}
}

/// An item and the position after it, where the transport says so itself (SSE's `id:`, a poll's `cursor`).
struct Arrival: Sendable {
    var item: StreamItem
    var cursor: Cursor?
}

extension Transport {
    func connect(
        to server: ServerAddress, options: StreamOptions, by deadline: Deadline
    ) async throws -> any StreamSource {
        let path = options.path(wait: nil)
        switch self {
        case .webSocket:
            switch try await WebSocketConnection.open(to: server, path: path, within: deadline.rest) {
            case .open(let connection): return WebSocketSource(connection: connection)
            case .refused(let answer): return RefusedSource(answer: answer)
            }
        case .sse:
            return EventStreamSource(
                connection: try await EventStreamConnection(to: server, path: path, within: deadline.rest))
        case .longPoll, .shortPoll: return PollSource(self, server: server, options: options)
        case .inProcess: throw ClientFailure(.misuse, "an in-process stream needs the hub, not an address")
        }
    }
}

struct WebSocketSource: StreamSource {
    let connection: WebSocketConnection

    func next(by deadline: Deadline) async throws -> Arrival {
        while true {
            switch try await connection.next(by: deadline) {
            case .text(let text): return Arrival(item: StreamItem(try frame(text)))
            case .closed(let code, _): return Arrival(item: .ended(closeCode: code, status: nil, problem: nil))
            case .pong: continue
            case let other: throw ClientFailure(.violation, "instead of a text frame came \(other)".abridged(to: 400))
            }
        }
    }

    private func frame(_ text: String) throws -> ServerFrame {
        do {
            return try ServerFrame(parsing: text.utf8)
        } catch {
            throw ClientFailure(.violation, "expected a server's frame, but \(error): \(text.abridged())")
        }
    }

    func close(by deadline: Deadline) async throws {
        connection.close()
        try await connection.closed(by: deadline)
    }

    func abort() async { connection.abort() }

    func setReading(_ on: Bool) async throws { try await connection.setReading(on) }
}

/// A handshake that was refused: there is nothing but the end.
struct RefusedSource: StreamSource {
    let answer: HTTPAnswer

    func next(by deadline: Deadline) async throws -> Arrival { Arrival(item: .refused(answer)) }
    func close(by deadline: Deadline) async throws {}
    func abort() async {}
    func setReading(_ on: Bool) async throws {}
}

actor EventStreamSource: StreamSource {
    private let connection: EventStreamConnection
    private var end = StreamItem.lost

    init(connection: EventStreamConnection) { self.connection = connection }

    func next(by deadline: Deadline) async throws -> Arrival {
        switch try await connection.next(by: deadline) {
        case .event(let event): return try arrival(event)
        case .refused(let answer):
            end = .refused(answer)
            return Arrival(item: end)
        case .ended: return Arrival(item: end)
        }
    }

    private func arrival(_ event: ServerSentEvent) throws -> Arrival {
        do {
            let frame = try ServerFrame(name: event.name, content: try JSONValue(parsing: event.data.utf8))
            return Arrival(item: StreamItem(frame), cursor: Cursor(event.id))
        } catch {
            throw ClientFailure(.violation, "expected a server's frame, but \(error): \(event)".abridged(to: 400))
        }
    }

    func close(by deadline: Deadline) async throws { await connection.close() }

    func abort() async { await connection.close() }

    func setReading(_ on: Bool) async throws { try await connection.setReading(on) }
}
