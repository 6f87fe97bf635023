package import ApusWire
package import NIOCore

/// A batch on its way out, shared by every reader that gets exactly it; each transport's bytes are made at most once.
/// Confined to its loop.
package final class OutgoingBatch {
    package let batch: EncodedBatch
    package let epoch: String
    /// There is more to be had at once (polls say so).
    package let more: Bool
    package let bye: Bye?
    /// Where in the signal map the reader stands once it has this.
    let signalVersion: Int64?
    /// Nearly always there is one form, which costs no dictionary.
    private var form: (kind: TransportKind, bytes: ByteBuffer)?
    private var otherForms: [TransportKind: ByteBuffer] = [:]

    package init(
        _ batch: EncodedBatch, epoch: String, more: Bool = false, bye: Bye? = nil, signalVersion: Int64? = nil
    ) {
        self.batch = batch
        self.epoch = epoch
        self.more = more
        self.bye = bye
        self.signalVersion = signalVersion
    }

    /// The bytes in one transport's form.
    package func bytes(for kind: TransportKind, make: (OutgoingBatch) -> ByteBuffer) -> ByteBuffer {
        guard let form else {
            let bytes = make(self)
            self.form = (kind, bytes)
            return bytes
        }
        if form.kind == kind { return form.bytes }
        if let bytes = otherForms[kind] { return bytes }
        let bytes = make(self)
        otherForms[kind] = bytes
        return bytes
    }
}

/// The most bytes of events in one batch.
let maximumBatchBytes = 64 * 1024

/// Cuts a stretch of log into batches of at most `limit` events and 64 KiB, each with at least one event;
/// the last reaches to `to`.
func split(_ events: [EncodedEvent], from: Int64, to: Int64, limit: Int) -> [EncodedBatch] {
    var batches: [EncodedBatch] = []
    var current = EncodedBatch(from: from, to: to)
    var bytes = 0
    var last = from
    for event in events {
        if !current.events.isEmpty, current.events.count >= limit || bytes + event.json.count > maximumBatchBytes {
            current.to = last
            batches.append(current)
            current = EncodedBatch(from: last, to: to)
            bytes = 0
        }
        current.events.append(event.json)
        bytes += event.json.count
        last = event.seq
    }
    batches.append(current)
    return batches
}
