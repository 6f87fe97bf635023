import ApusCore
import ApusWire
import Logging
import NIOCore

/// An SSE stream on a connection of the front.
final class EventStreamSink: ReaderSink {
    private let half: HubHalf
    private let logger: Logger
    private let isChunked: Bool
    private var writer: SocketWriter?
    /// Called once when the stream has said everything, or when nobody is there to hear it: the connection is to close.
    private var ended: (() -> Void)?
    /// The fields by which the asking page may read it.
    private let sharing: String?
    private let date: DateField
    private(set) var reader: Reader?
    private var record: StreamRecord?

    init(
        half: HubHalf, writer: SocketWriter, isWritable: Bool, isChunked: Bool, logger: Logger,
        sharing: String?, date: DateField, ended: @escaping () -> Void
    ) {
        self.half = half
        self.writer = writer
        self.isWritable = isWritable
        self.isChunked = isChunked
        self.logger = logger
        self.sharing = sharing
        self.date = date
        self.ended = ended
    }

    func open(_ request: ReaderRequest) {
        let opened = half.open(request, sink: self)
        if !opened.isEnded { reader = opened }
    }

    /// The connection is gone.
    func gone(_ cause: String) {
        if let reader { half.close(reader) }
        reader = nil
        record?.close(cause, now: half.loop.now)
        writer = nil
        isWritable = false
        ended = nil
    }

    func failed(_ error: any Error) { record?.failed(error) }

    func writabilityChanged(to isWritable: Bool) {
        self.isWritable = isWritable
        if isWritable, let reader { half.becameWritable(reader) }
    }

    // MARK: ReaderSink

    private(set) var isWritable: Bool

    func start(_ reader: Reader, _ hello: Hello) {
        self.reader = reader
        record = StreamRecord(
            hello, reader.request, instruments: half.hub.instruments, logger: logger, now: half.loop.now)
        writeHead()
        write(ByteBuffer(body: EventStream.opening(hello), chunked: isChunked))
    }

    func write(_ batch: OutgoingBatch) {
        record?.count(batch.batch)
        guard isChunked else { return write(ByteBuffer(body: EventStream.batch(batch), chunked: false)) }
        write(batch.bytes(for: .sse) { ByteBuffer(body: EventStream.batch($0), chunked: true) })
    }

    func flush() { writer?.flush() }

    /// Also a stream that never began says it by event: a plain `EventSource` then comes back at the new position.
    func reset(_ reset: Reset) {
        if record == nil { writeHead() }
        write(ByteBuffer(body: EventStream.reset(reset), chunked: isChunked))
        if isChunked, record == nil { write(ByteBuffer(string: "0\r\n\r\n")) }
        finish("reset")
    }

    func end(_ bye: Bye) {
        if record == nil {
            write(answers.problem(bye.problem, keepAlive: false).with(fields: sharing))
        } else {
            write(ByteBuffer(body: EventStream.bye(bye), chunked: isChunked))
        }
        finish(bye.code.name)
    }

    /// TCP tells of a client that is gone; one that only fell silent is found out by the next write.
    func checkLife(now: NIODeadline) {}

    private var answers: HTTPAnswer { HTTPAnswer(date: date.value) }
    private func writeHead() { write(answers.eventStreamHead(isChunked: isChunked).with(fields: sharing)) }
    private func write(_ bytes: ByteBuffer) { writer?.write(bytes) }

    private func finish(_ cause: String) {
        if isChunked, record != nil { write(ByteBuffer(string: "0\r\n\r\n")) }
        flush()
        record?.close(cause, now: half.loop.now)
        if let reader { half.close(reader) }
        reader = nil
        ended?()
        ended = nil
    }
}

extension Bye {
    /// What a refusal is over HTTP, where it can still be said by status.
    var problem: Problem {
        switch code {
        case .tooMuch:
            Problem(
                .tooManyStreams, "You have as many streams and polls open as are allowed; close one.",
                retryAfterMilliseconds: max(spreadMilliseconds, 1000))
        case .unauthorized: Presented.unknown
        default:
            Problem(
                .draining, "The server cannot serve this stream now; come back in a moment.",
                retryAfterMilliseconds: max(spreadMilliseconds, 1000))
        }
    }
}
