import ApusCore
import ApusWire
import NIOCore

/// A reader in the hub itself, without a socket: the cheapest proof that the reader's port is right.
final class InProcessSource: StreamSource {
    private let half: HubHalf
    private let mailbox: Mailbox<Arrival>
    private let sink: NIOLoopBound<RecordingSink>

    init(_ half: HubHalf, _ request: ReaderRequest, by deadline: Deadline) async throws {
        let mailbox = Mailbox<Arrival> { "\($0.item)" }
        self.half = half
        self.mailbox = mailbox
        sink = try await Self.perform(on: half, by: deadline) {
            let sink = RecordingSink(mailbox)
            let reader = half.open(request, sink: sink)
            if !reader.isEnded { sink.reader = reader }
            return NIOLoopBound(sink, eventLoop: half.loop)
        }
    }

    func next(by deadline: Deadline) async throws -> Arrival {
        try await mailbox.take("an item of the reader", by: deadline)
    }

    func close(by deadline: Deadline) async throws { await abort() }

    func abort() async {
        if mailbox.hasEnded { return }
        let (half, sink, mailbox) = (half, sink, mailbox)
        // Fails only when the loop has ended, and the reader with it.
        try? await Self.perform(on: half, by: .within(.seconds(1))) {
            if let reader = sink.value.reader { half.close(reader) }
            sink.value.reader = nil
            mailbox.end(.success(Arrival(item: .lost)))
        }
    }

    func setReading(_ on: Bool) async throws {
        let (half, sink) = (half, sink)
        try await Self.perform(on: half, by: .within(.seconds(30))) {
            sink.value.isReading = on
            if on, let reader = sink.value.reader { half.becameWritable(reader) }
        }
    }

    func ack(_ seq: Int64) async throws {
        let (half, sink) = (half, sink)
        let isTaken = try await Self.perform(on: half, by: .within(.seconds(30))) {
            sink.value.reader.map { half.ack($0, seq) } ?? true
        }
        if !isTaken { throw ClientFailure(.violation, "ack \(seq) was refused") }
    }

    /// Does something on the half's loop. A loop that has been shut down forgets what it is given without a word, hence
    /// the deadline.
    private static func perform<T: Sendable>(
        on half: HubHalf, by deadline: Deadline, _ work: @escaping @Sendable () -> T
    ) async throws -> T {
        let done = Mailbox<T> { _ in "done" }
        half.loop.execute { done.end(.success(work())) }
        return try await done.take("the hub's loop", by: deadline)
    }
}

/// Puts what a reader is given into a mailbox, decoded as a client would.
private final class RecordingSink: ReaderSink {
    private let mailbox: Mailbox<Arrival>
    var reader: Reader?
    var isReading = true

    init(_ mailbox: Mailbox<Arrival>) { self.mailbox = mailbox }

    var isWritable: Bool { isReading }

    func start(_ reader: Reader, _ hello: Hello) {
        self.reader = reader
        mailbox.put(Arrival(item: .hello(hello)))
    }

    func write(_ batch: OutgoingBatch) {
        var writer = JSONWriter()
        batch.batch.encode(into: &writer)
        do {
            mailbox.put(Arrival(item: .batch(try Batch(try JSONValue(parsing: writer.bytes)))))
        } catch {
            mailbox.end(.failure(error))
        }
    }

    func flush() {}

    func reset(_ reset: Reset) {
        mailbox.put(Arrival(item: .reset(reason: reset.reason.rawValue, cursor: reset.cursor)))
        end()
    }

    func end(_ bye: Bye) {
        mailbox.put(Arrival(item: .bye(code: bye.code.name, reconnect: bye.reconnect)))
        end()
    }

    func checkLife(now: NIODeadline) {}

    private func end() {
        reader = nil
        mailbox.end(.success(Arrival(item: .lost)))
    }
}
