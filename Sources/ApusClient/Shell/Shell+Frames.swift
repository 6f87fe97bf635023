import ApusWire
import NIOCore
import NIOHTTP1

/// What the transports bring.
extension Shell {
    func take(_ incoming: Incoming, from number: Int) {
        lastToken = lines[number]?.token
        switch incoming {
        case .opened: tell(.opened(number))
        case .heard: tell(.heard(number))
        case .ended(.close(CloseCode.replaced.rawValue), _): replaced(number)
        case .ended(let end, _):
            // A close with 4409 repeats what the frame before it said.
            ended(number, end)
        case .frame(let frame): take(frame, from: number)
        }
    }

    private func take(_ frame: ServerFrame, from number: Int) {
        switch frame {
        case .hello(let hello):
            guard lines[number] != nil else { return }
            lines[number]?.connection = hello.connection
            lines[number]?.start = hello.seq
            if lines[number]?.role == .resuming { lines[number]?.role = .stream }
            if lines[number]?.role == .stream { tell(Sequencer.Input.hello(attempt: number, epoch: hello.epoch)) }
            tell(Ladder.Input.hello(number))
        case .batch(let batch):
            if lines[number]?.role == .stream { take(batch, epoch: nil, from: number) }
            tell(Ladder.Input.batch(number, isEmpty: batch.events.isEmpty && batch.signals.isEmpty))
        case .reply(let id, let ok, let error):
            answered(id: id, ok: ok, problem: error.map { .object($0) })
            tell(Ladder.Input.heard(number))
        case .probe: tell(.echoed(number))
        case .reset(_, _, let spread): tell(.reset(number, spread: spread))
        case .bye(CloseCode.replaced.name, _, _): replaced(number)
        case .bye(let code, let reconnect, let spread):
            tell(.bye(number, code: code, reconnect: reconnect, spread: spread))
        }
    }

    /// `client` names this run of the program and nobody else, so it was replaced by a stream of its own: one that was
    /// given up, and whose request came to the server late. That one is nobody's, and ends with the next attempt.
    private func replaced(_ number: Int) {
        guard let line = forget(number) else { return }
        line.port?.close()
        tell(.ended(number, .close(CloseCode.goingAway.rawValue)))
    }

    /// The sequencer hears of it first: what the ladder does next may ask from the cursor.
    private func take(_ batch: Batch<Event, Signal>, epoch: String?, from number: Int) {
        if let to = batch.signalsTo { signalsTo = to }
        follow { for signal in batch.signals { $0.apply(signal) } }
        if signals.apply(batch) { readers.signals.tell(signals) }
        tell(.batch(attempt: number, epoch: epoch, from: batch.from, to: batch.to, events: batch.events))
        // An empty stretch moves the cursor, too.
        backlog.append([], upTo: min(batch.to, sequencer.cursor.seq))
        saveSoon()
    }

    func perform(_ actions: [Sequencer.Action]) {
        for action in actions {
            switch action {
            case .apply(let events): apply(events)
            case .gap(let number): tell(.gap(number))
            case .ack(let number, let seq): acknowledge(number, seq)
            }
        }
    }

    private func apply(_ events: [Event]) {
        backlog.append(events, upTo: sequencer.cursor.seq)
        follow { for event in events { $0.apply(event) } }
        for event in events {
            if let id = event.id { tell(.event(id: id), of: event) }
        }
        serveReaders()
    }

    private func acknowledge(_ number: Int, _ seq: Int64) {
        guard let line = lines[number], let token = line.token else { return }
        guard line.transport == .sse else {
            line.port?.send(frame("ack", .integer(seq)))
            return
        }
        let ack: JSONObject = [
            "id": .string(newCommandID()), "op": "ack", "connection": .string(line.connection ?? ""),
            "seq": .integer(seq),
        ]
        // One that is lost is made good by the next.
        requests.send(command(.object(ack), token), within: .seconds(20)) { _ in }
    }

    // MARK: polls

    func polled(_ number: Int, _ result: Result<HTTPAnswer, any Error>) {
        lines[number]?.poll = nil
        lastToken = lines[number]?.token
        guard case .success(let answer) = result else { return ended(number, .lost) }
        let type = answer.fields.first(name: "content-type")
        guard answer.status == 200, type == "application/json", let body = answer.json,
            let batch = try? Batch<Event, Signal>(body), let cursor = body["cursor"]?.string.flatMap({ Cursor($0) })
        else {
            if answer.status == 410, let spread = answer.problem?["spread_ms"]?.integer {
                return tell(.reset(number, spread: spread))
            }
            return ended(number, Ladder.End(answer))
        }
        guard lines[number] != nil else { return }
        take(batch, epoch: cursor.epoch, from: number)
        if let bye = body["bye"], let code = bye["code"]?.string {
            guard code != CloseCode.replaced.name else { return replaced(number) }
            let spread = bye["spread_ms"]?.integer ?? 0
            return tell(.bye(number, code: code, reconnect: bye["reconnect"]?.bool ?? true, spread: spread))
        }
        let isEmpty = batch.events.isEmpty && batch.signals.isEmpty
        let more = body["more"]?.bool ?? false
        tell(.polled(number, isEmpty: isEmpty, more: more, retryAfter: answer.retryAfter))
    }
}
