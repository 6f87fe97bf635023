import ApusCore
import ApusWire
import NIOCore

/// What the hub and the writer have for the client.
extension WebSocketHandler: ReaderSink, ReplyReceiver {
    func start(_ reader: Reader, _ hello: Hello) {
        self.reader = reader
        record = StreamRecord(
            hello, reader.request, instruments: half.hub.instruments, logger: logger, now: half.loop.now)
        write(frame("hello", hello.encode))
    }

    func write(_ batch: OutgoingBatch) {
        record?.count(batch.batch)
        write(
            batch.bytes(for: .webSocket) { outgoing in
                var writer = JSONWriter(capacity: outgoing.batch.estimatedSize)
                writer.object {
                    $0.name("batch")
                    outgoing.batch.encode(into: &$0)
                }
                return .webSocketText(writer.bytes)
            })
    }

    func receive(_ replies: [Reply]) {
        unansweredBytes -= unanswered.removeFirst()
        if isClosing { return }
        for reply in replies { write(frame("reply", reply.encode)) }
        readOnSoon()
    }

    func flush() { writer?.flush() }

    func reset(_ reset: Reset) {
        write(frame("reset", reset.encode))
        close(.reset, reset.reason.rawValue)
    }

    func end(_ bye: Bye) {
        if isClosing { return }
        write(frame("bye", bye.encode))
        close(bye.code, "")
    }

    /// The server pings when it has heard nothing for a heartbeat, so a plain client that never acks lives on.
    func checkLife(now: NIODeadline) {
        if now - lastHeard >= Self.patience {
            end(Bye(.noSignOfLife))
        } else if now - lastHeard >= half.hub.configuration.heartbeat {
            var ping = ByteBuffer()
            ping.writeWebSocketFrame(opcode: 9, [])
            write(ping)
            flush()
        }
    }
}
