import ApusWire

/// Asks again and again on one kept-alive connection, carrying cursor and signals token forward.
actor PollSource: StreamSource {
    /// Between a short poll's empty answer and the next question: a client's polling interval, only shorter.
    private static let interval = Duration.milliseconds(20)

    private let transport: Transport
    private let connection: HTTPConnection
    private var options: StreamOptions
    private var isAsking = false
    private var hasAnswered = false
    private var isIdle = false
    private var waiting: [Arrival] = []
    private var end: StreamItem?

    init(_ transport: Transport, server: ServerAddress, options: StreamOptions) {
        self.transport = transport
        self.options = options
        connection = HTTPConnection(to: server)
    }

    func next(by deadline: Deadline) async throws -> Arrival {
        if !waiting.isEmpty { return waiting.removeFirst() }
        if let end { return Arrival(item: end) }
        do {
            try await ask(by: deadline)
            let answer = try await connection.receive(by: deadline)
            isAsking = false
            try take(answer)
        } catch let failure as ClientFailure where failure.kind == .closed {
            isAsking = false
            // As on the other transports, the connection's end is an item; only a first question that fails throws.
            if end == nil, !hasAnswered { throw failure }
            end = end ?? .lost
        }
        if !waiting.isEmpty { return waiting.removeFirst() }
        return Arrival(item: end ?? .lost)
    }

    /// Unless an earlier `next` has asked and then ran out of patience.
    private func ask(by deadline: Deadline) async throws {
        guard !isAsking else { return }
        if transport == .shortPoll, isIdle { try await Task.sleep(for: Self.interval) }
        // Without a cursor a long poll would begin now and hide until the first event where it began.
        let wait = transport == .longPoll && options.cursor != nil ? options.wait : 0
        try await connection.send(HTTPExchange("GET", options.path(wait: wait)), by: deadline)
        isAsking = true
    }

    private func take(_ answer: HTTPAnswer) throws {
        hasAnswered = true
        guard answer.status == 200 else {
            let item = StreamItem.refused(answer)
            if answer.status == 410 { waiting = [Arrival(item: try reset(answer))] }
            end = item
            return
        }
        let body = try answer.json
        guard let cursor = body["cursor"]?.string.flatMap({ Cursor($0) }), let more = body["more"]?.bool else {
            throw ClientFailure(.violation, "a poll's body without \"cursor\" or \"more\": \(answer.text.abridged())")
        }
        let batch = try Batch<Event, Signal>(body)
        waiting = [Arrival(item: .batch(batch), cursor: cursor)]
        if let bye = body["bye"] {
            waiting.append(Arrival(item: StreamItem(try ServerFrame(name: "bye", content: bye))))
            end = .lost
        }
        options.cursor = cursor
        options.signals = batch.signalsTo ?? options.signals
        isIdle = batch.events.isEmpty && batch.signals.isEmpty && !more
    }

    private func reset(_ answer: HTTPAnswer) throws -> StreamItem {
        let body = try answer.json
        guard body["code"]?.string == "reset", let cursor = body["cursor"]?.string.flatMap({ Cursor($0) }) else {
            throw ClientFailure(.violation, "a 410 without the code reset and a cursor: \(answer.text.abridged())")
        }
        return .reset(reason: body["reason"]?.string ?? "", cursor: cursor)
    }

    func close(by deadline: Deadline) async throws { await abort() }

    func abort() async {
        end = end ?? .lost
        await connection.close()
    }

    func setReading(_ on: Bool) async throws {
        throw ClientFailure(.misuse, "a poll that does not read is one that does not ask")
    }
}
