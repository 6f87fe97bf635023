package import ApusWire

/// A stream over any transport. What it brings is checked on the way: a batch begins where the last one ended (hello's
/// `seq` for the first, the cursor asked with for polls), its seqs increase within `(from, to]`, and a position that
/// the transport tells besides (SSE's `id:`, a poll's `cursor`) is the batch's own.
package actor TestStream {
    package nonisolated let transport: Transport
    package nonisolated let server: ServerAddress

    package private(set) var hello: Hello?
    /// The position after what has been handed out; nil until one is known.
    package internal(set) var cursor: Cursor?
    /// The last `signals_to` handed out.
    package private(set) var signalsToken: String?

    /// Taken from the source but not handed out: what `reply(to:)` and `collectEvents` found and did not want.
    var setAside: [StreamItem] = []
    private var options: StreamOptions
    private let open: @Sendable (StreamOptions, Deadline) async throws -> any StreamSource
    /// One for all who need it first at the same time.
    private var connecting: Task<any StreamSource, any Error>?
    /// The position after what the source has brought.
    private var arrived: Cursor?
    /// Where a probe stood when it was resumed.
    private var probed: Int64?
    /// The last few items, for error messages.
    private var recent: [StreamItem] = []

    /// Nothing is sent before the first `next`, `start` or `ack`.
    package init(server: ServerAddress, transport: Transport, options: StreamOptions = StreamOptions()) {
        self.init(server: server, transport: transport, options: options) { options, deadline in
            try await transport.connect(to: server, options: options, by: deadline)
        }
    }

    init(
        server: ServerAddress, transport: Transport, options: StreamOptions,
        open: @escaping @Sendable (StreamOptions, Deadline) async throws -> any StreamSource
    ) {
        self.server = server
        self.transport = transport
        self.options = options
        self.open = open
        cursor = options.cursor
        signalsToken = options.signals
        arrived = options.cursor
    }

    /// Makes sure that the server knows where this stream begins, so that nothing posted from now on is missed.
    package func start(within limit: Duration = .seconds(30)) async throws {
        if hello != nil || !transport.isPushed && cursor != nil { return }
        let first = try await next(within: limit)
        switch first {
        case .hello: return
        case .batch(let batch):
            setAside.insert(first, at: 0)
            cursor?.seq = batch.from
        default: throw ClientFailure(.violation, "a stream's beginning was expected on \(name), but \(first) came")
        }
    }

    /// The next item. After a time-out the stream is as before and may be asked again.
    package func next(within limit: Duration = .seconds(30)) async throws -> StreamItem {
        try await next(by: .within(limit))
    }

    func next(by deadline: Deadline) async throws -> StreamItem {
        if setAside.isEmpty { return handOut(try await arrive(by: deadline)) }
        return handOut(setAside.removeFirst())
    }

    /// The next item of the source, checked.
    func arrive(by deadline: Deadline) async throws -> StreamItem {
        do {
            while true {
                let arrival = try await connected(by: deadline).next(by: deadline)
                if isStale(arrival.item) { continue }
                try check(arrival)
                recent = recent.suffix(5) + [arrival.item]
                return arrival.item
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            let failure = error as? ClientFailure ?? ClientFailure(.violation, "\(error)")
            let position = cursor.map { "\($0)" } ?? "no position yet"
            let items = recent.map { "\($0)".abridged() }.joined(separator: ", ")
            throw failure.adding("on \(name), at \(position), after \(items.isEmpty ? "no items" : items)")
        }
    }

    func handOut(_ item: StreamItem) -> StreamItem {
        switch item {
        case .hello(let hello): cursor = hello.cursor
        case .batch(let batch):
            cursor = Cursor(epoch: arrived?.epoch ?? cursor?.epoch ?? "", seq: batch.to)
            signalsToken = batch.signalsTo ?? signalsToken
        default: break
        }
        return item
    }

    func connected(by deadline: Deadline) async throws -> any StreamSource {
        let task =
            connecting
            ?? Task { [open, options] in try await open(options, deadline) }
        connecting = task
        do {
            return try await task.value
        } catch {
            connecting = nil
            throw error
        }
    }

    /// Says goodbye as far as the transport can, and waits for the server's answer to it.
    package func close(within limit: Duration = .seconds(30)) async throws {
        try await connecting?.value.close(by: .within(limit))
    }

    /// Closes the socket without a word.
    package func abort() async throws { try await connecting?.value.abort() }

    /// Turned off, nothing is read from the kernel any more: the server meets a slow reader.
    package func setReading(_ on: Bool) async throws { try await connecting?.value.setReading(on) }

    nonisolated var name: String { "\(transport.rawValue) of \(server)" }

    private func check(_ arrival: Arrival) throws {
        switch arrival.item {
        case .hello(let hello):
            if let asked = arrived, hello.seq != asked.seq, !options.probe {
                throw ClientFailure(.violation, "asked from \(asked), but hello begins at \(hello.cursor)")
            }
            self.hello = hello
            try arrive(at: hello.cursor, saying: arrival)
        case .batch(let batch):
            if transport.isPushed, hello == nil { throw ClientFailure(.violation, "\(arrival.item) came before hello") }
            if let arrived, batch.from != arrived.seq {
                throw ClientFailure(.violation, "expected a batch from \(arrived.seq), but \(arrival.item) came")
            }
            var last = batch.from
            for event in batch.events {
                guard event.seq > last, event.seq <= batch.to else {
                    throw ClientFailure(.violation, "seq \(event.seq) after \(last) in \(arrival.item)")
                }
                last = event.seq
            }
            guard batch.to >= last else { throw ClientFailure(.violation, "\(arrival.item) goes backwards") }
            try arrive(at: Cursor(epoch: arrived?.epoch ?? "", seq: batch.to), saying: arrival)
        default: break
        }
    }

    private func arrive(at position: Cursor, saying arrival: Arrival) throws {
        if let told = arrival.cursor, told.seq != position.seq {
            throw ClientFailure(.violation, "the position \(told) came with \(arrival.item)")
        }
        if transport == .sse, arrival.cursor == nil {
            throw ClientFailure(.violation, "no cursor as id: came with \(arrival.item)")
        }
        arrived = arrival.cursor ?? position
    }

    /// Ticks of a probe that the server sent before it read `resume`.
    private func isStale(_ item: StreamItem) -> Bool {
        guard let probed, case .batch(let batch) = item else { return false }
        return batch.from == probed && batch.to == probed && arrived?.seq != probed
    }

    /// Follows `resume`: the batches go on from there.
    func resumed(from cursor: Cursor) {
        probed = arrived?.seq
        options.probe = false
        arrived = cursor
        self.cursor = cursor
    }
}
