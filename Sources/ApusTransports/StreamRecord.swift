import ApusCore
import ApusWire
import Logging
import NIOCore

/// What is logged and counted of one stream: a line when it opens and one when it closes, never a token or a text.
struct StreamRecord {
    private let logger: Logger
    private let instruments: Instruments
    private let openedAt: NIODeadline
    private var events = 0
    private var batches = 0
    private var isClosed = false

    init(_ hello: Hello, _ request: ReaderRequest, instruments: Instruments, logger: Logger, now: NIODeadline) {
        var logger = logger
        logger[metadataKey: "connection"] = "\(hello.connection)"
        logger[metadataKey: "transport"] = "\(request.kind.rawValue)"
        self.logger = logger
        self.instruments = instruments
        openedAt = now
        logger.info(
            "stream opened",
            metadata: [
                "user": "\(hello.user.id)", "from": "\(hello.seq)", "resumed": "\(request.cursor != nil)",
                "probe": "\(request.probes)",
            ])
    }

    mutating func count(_ batch: EncodedBatch) {
        batches += 1
        events += batch.events.count
    }

    /// Something went wrong below the stream; it is about to close.
    func failed(_ error: any Error) {
        logger.info("stream failed", metadata: ["error": "\(error)"])
    }

    /// Says once how the stream ended; `cause` is a close code's name or what the network did.
    mutating func close(_ cause: String, now: NIODeadline) {
        if isClosed { return }
        isClosed = true
        instruments.closes[cause].add()
        logger.info(
            "stream closed",
            metadata: [
                "cause": "\(cause)", "batches": "\(batches)", "events": "\(events)",
                "duration_ms": "\((now - openedAt).nanoseconds / 1_000_000)",
            ])
    }
}
