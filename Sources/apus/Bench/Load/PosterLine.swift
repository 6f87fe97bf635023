import ApusClient
import ApusServer
import ApusWire
import NIOCore
import NIOHTTP1

/// A poster's connection: frames of a WebSocket, or requests to `/v1/commands` one after the other.
final class PosterLine: StreamOwner {
    private enum Connection {
        case webSocket(WebSocketPort)
        case http(HTTPPort)
    }

    private weak var poster: Poster?
    private var connection: Connection?

    init(_ poster: Poster) {
        self.poster = poster
        let plan = poster.plan
        switch plan.way {
        case .webSocket:
            let path = "/v1/stream?rooms=\(plan.silence)&observe=1"
            connection = .webSocket(WebSocketPort(plan.target, on: poster.loop, path, self))
        case .http:
            connection = .http(
                HTTPPort.open(
                    plan.target, on: poster.loop,
                    HTTPPort.Events(
                        opened: { poster.opened() }, answered: { self.take($0) },
                        ended: { self.ended(StreamEnd(connecting: $0)) })))
        }
    }

    /// - Parameter commands: objects in JSON.
    func send(_ commands: [[UInt8]]) {
        switch connection {
        case .webSocket(let port):
            for command in commands {
                var writer = JSONWriter(capacity: command.count + 16)
                writer.object { $0.member("command", raw: command) }
                port.write(text: writer.bytes)
            }
            port.flush()
        case .http(let port):
            var writer = JSONWriter()
            if commands.count == 1 {
                writer.raw(commands[0])
            } else {
                writer.array { for command in commands { $0.raw(command) } }
            }
            port.send(.POST, "/v1/commands", json: writer.bytes)
        case nil: break
        }
    }

    func close() {
        switch connection {
        case .webSocket(let port): port.close()
        case .http(let port): port.close()
        case nil: break
        }
        connection = nil
    }

    // MARK: what comes

    private func take(_ answer: HTTPAnswer) {
        let value = try? JSONValue(parsing: answer.body.readableBytesView)  // proxies answer with anything
        // Told first, so that what is to be posted next waits for a new connection.
        if case .http(let port) = connection, port.isEnded { poster?.lost("the server closed the connection") }
        guard answer.status == 200, let value else {
            var failed = ReplyScan(.null)
            failed.refusal = Refusal(answer)
            poster?.answered(failed)
            return
        }
        for reply in value.array ?? [value] { poster?.answered(ReplyScan(reply)) }
    }

    func hello(_ cursor: Cursor) { poster?.opened() }

    func batch(_ bytes: UnsafeRawBufferPointer, _ form: BatchScan.Form) -> BatchScan? { nil }

    func reply(_ bytes: UnsafeRawBufferPointer) { poster?.answered(ReplyScan(bytes)) }

    func ended(_ end: StreamEnd) {
        switch end {
        case .lost(let reason): poster?.lost(reason)
        case .reset: poster?.lost("the stream was reset")
        case .refused(let sentence): poster?.fail(sentence)
        }
    }
}
