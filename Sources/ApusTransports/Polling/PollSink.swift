import ApusCore
import ApusWire
import NIOCore

/// A poll that waits for its answer: a batch, at once or when there is one.
final class PollSink: ReaderSink {
    enum Answer {
        case batch(OutgoingBatch)
        case problem(Problem)
        case reset(Reset)
    }

    private let half: HubHalf
    private var answer: ((Answer) -> Void)?
    private var reader: Reader?

    init(half: HubHalf, answer: @escaping (Answer) -> Void) {
        self.half = half
        self.answer = answer
    }

    func open(_ request: ReaderRequest) {
        let opened = half.open(request, sink: self)
        if !opened.isEnded { reader = opened }
    }

    /// The connection is gone; nobody waits for the answer any more.
    func gone() {
        if let reader { half.close(reader) }
        reader = nil
        answer = nil
    }

    /// The client has gone, or waits for what can be said now: the two look the same. One that has not been let in yet
    /// is answered when its time is up.
    func inputEnded() {
        guard let reader, reader.isSeated else { return }
        let here = EncodedBatch(from: reader.position, to: reader.position)
        half.close(reader)
        finish(.batch(OutgoingBatch(here, epoch: half.hub.epoch)))
    }

    // MARK: ReaderSink

    var isWritable: Bool { true }

    func start(_ reader: Reader, _ hello: Hello) {}

    func write(_ batch: OutgoingBatch) { finish(.batch(batch)) }

    func flush() {}

    func reset(_ reset: Reset) { finish(.reset(reset)) }

    /// A poll that has been let in is answered with where it stands, whatever ends it but the end of its credentials;
    /// one that has not, is refused.
    func end(_ bye: Bye) {
        guard let reader, reader.isSeated, bye.code != .unauthorized else { return finish(.problem(bye.problem)) }
        let here = EncodedBatch(from: reader.position, to: reader.position)
        finish(.batch(OutgoingBatch(here, epoch: half.hub.epoch, bye: bye)))
    }

    func checkLife(now: NIODeadline) {}

    private func finish(_ answer: Answer) {
        reader = nil
        self.answer?(answer)
        self.answer = nil
    }
}

extension OutgoingBatch {
    /// The body of a poll's answer.
    var pollBody: [UInt8] {
        var writer = JSONWriter(capacity: batch.estimatedSize + 64)
        batch.encodePoll(into: &writer, epoch: epoch, more: more, bye: bye)
        return writer.bytes
    }
}
