import ApusCore
import ApusWire
import NIOCore

/// A transport that keeps what it is given, and takes only as much as the test allows.
final class RecordingSink: ReaderSink {
    var hellos: [Hello] = []
    var batches: [OutgoingBatch] = []
    var flushes = 0
    var resets: [Reset] = []
    var byes: [Bye] = []
    var lifeChecks = 0
    /// How many more batches the socket takes before it is full; nil: any number.
    var room: Int?

    var isWritable: Bool { room.map { $0 > 0 } ?? true }

    func start(_ reader: Reader, _ hello: Hello) { hellos.append(hello) }

    func write(_ batch: OutgoingBatch) {
        batches.append(batch)
        if let left = room { room = left - 1 }
    }

    func flush() { flushes += 1 }
    func reset(_ reset: Reset) { resets.append(reset) }
    func end(_ bye: Bye) { byes.append(bye) }
    func checkLife(now: NIODeadline) { lifeChecks += 1 }

    // MARK: what came

    var seqs: [Int64] { batches.flatMap(\.batch.seqs) }
    var last: EncodedBatch? { batches.last?.batch }
    /// What each batch says it covers.
    var stretches: [ClosedRange<Int64>] { batches.map { $0.batch.from...$0.batch.to } }

    /// The signals that a client would now hold, by type and room and user.
    var signals: [String: JSONValue] {
        var held: [String: (version: Int64, value: JSONValue)] = [:]
        for batch in batches.map(\.batch) {
            if batch.signalsFull { held = [:] }
            for signal in batch.signals {
                guard let json = try? JSONValue(parsing: signal), let version = json["v"]?.integer else { continue }
                let key = ["type", "room", "user"].map { json[$0]?.string ?? "" }.joined(separator: " ")
                if version > held[key]?.version ?? -1 { held[key] = (version, json["value"] ?? .null) }
            }
        }
        return held.mapValues(\.value)
    }
}

extension EncodedBatch {
    var seqs: [Int64] { events.map { (try? JSONValue(parsing: $0))?["seq"]?.integer ?? -1 } }
}
