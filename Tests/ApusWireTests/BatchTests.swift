import ApusWire
import Testing

struct BatchTests {
    struct BatchVector: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let batch: Plain
        var testDescription: String { name }
    }

    struct PollVector: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let poll: Plain
        var testDescription: String { name }
    }

    struct EventVector: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let event: Plain
        var testDescription: String { name }
    }

    struct SignalVector: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let signal: Plain
        var testDescription: String { name }
    }

    @Test(arguments: try Vectors.load("batches", "batches") as [BatchVector])
    func `a batch is read and written alike`(vector: BatchVector) throws {
        let encoded = try EncodedBatch(vector: vector.batch)
        #expect(try written(encoded.encode) == vector.batch)
        try expect(try Batch(vector.batch.jsonValue), says: vector.batch)
    }

    @Test(arguments: try Vectors.load("batches", "batches") as [BatchVector])
    func `a batch's estimated size is enough and not wasteful`(vector: BatchVector) throws {
        let batch = try EncodedBatch(vector: vector.batch)
        var writer = JSONWriter()
        batch.encode(into: &writer)
        #expect((writer.bytes.count...writer.bytes.count + 200).contains(batch.estimatedSize))
    }

    @Test(arguments: try Vectors.load("batches", "polls") as [PollVector])
    func `a poll's body is a batch and the cursor to ask with next`(vector: PollVector) throws {
        let batch = try EncodedBatch(vector: vector.poll)
        let cursor = try #require(vector.poll["cursor"]?.string.flatMap { Cursor($0) })
        let more = vector.poll["more"] == .bool(true)
        let bye = try vector.poll["bye"].map { bye in
            let code = try #require(CloseCode.allCases.first { $0.name == bye["code"]?.string })
            return Bye(code, spreadMilliseconds: try #require(bye["spread_ms"]?.integer))
        }
        let body = try written { batch.encodePoll(into: &$0, epoch: cursor.epoch, more: more, bye: bye) }
        #expect(body == vector.poll)
        try expect(try Batch(vector.poll.jsonValue), says: vector.poll)
    }

    @Test(arguments: try Vectors.load("batches", "bad") as [BatchVector])
    func `a batch that says too little is refused`(vector: BatchVector) {
        #expect(throws: JSONError.self) { try Batch(vector.batch.jsonValue) }
    }

    @Test(arguments: try Vectors.load("events") as [EventVector])
    func `an event is read with its data`(vector: EventVector) throws {
        try expect(try Event(vector.event.jsonValue), says: vector.event)
    }

    @Test(arguments: try Vectors.load("signals") as [SignalVector])
    func `a signal is read with its value`(vector: SignalVector) throws {
        try expect(try Signal(vector.signal.jsonValue), says: vector.signal)
    }

    private func expect(_ batch: Batch<Event, Signal>, says vector: Plain) throws {
        #expect(batch.from == vector["from"]?.integer)
        #expect(batch.to == vector["to"]?.integer)
        #expect(batch.signalsFull == (vector["signals_full"]?.bool ?? false))
        #expect(batch.signalsTo == vector["signals_to"]?.string)
        let events = vector["events"]?.array ?? []
        let signals = vector["signals"]?.array ?? []
        try #require(batch.events.count == events.count && batch.signals.count == signals.count)
        for (event, vector) in zip(batch.events, events) { try expect(event, says: vector) }
        for (signal, vector) in zip(batch.signals, signals) { try expect(signal, says: vector) }
    }

    private func expect(_ event: Event, says vector: Plain) throws {
        #expect(event.seq == vector["seq"]?.integer)
        #expect(event.type == vector["type"]?.string)
        #expect(event.room == vector["room"]?.string)
        #expect(event.by == vector["by"]?.string)
        #expect(event.at == vector["at"]?.string)
        #expect(event.id == vector["id"]?.string)
        #expect(Plain(event.data) == vector["data"])
    }

    private func expect(_ signal: Signal, says vector: Plain) throws {
        #expect(signal.type == vector["type"]?.string)
        #expect(signal.room == vector["room"]?.string)
        #expect(signal.user == vector["user"]?.string)
        #expect(Plain(signal.value) == vector["value"])
        #expect(signal.v == vector["v"]?.integer)
    }
}

extension EncodedBatch {
    /// The batch as the server would hold it: each event and signal as bytes.
    init(vector: Plain) throws {
        self.init(
            from: try #require(vector["from"]?.integer), to: try #require(vector["to"]?.integer),
            events: (vector["events"]?.array ?? []).map(\.encoded),
            signals: (vector["signals"]?.array ?? []).map(\.encoded),
            signalsFull: vector["signals_full"]?.bool ?? false, signalsTo: vector["signals_to"]?.string)
    }
}
