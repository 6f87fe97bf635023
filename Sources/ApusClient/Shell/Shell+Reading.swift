import ApusWire
import NIOCore
import NIOHTTP1

/// The application's loop over the events.
extension Shell {
    /// The next event; nil when the client was closed.
    func next(_ taken: @escaping (Result<Event?, any Error>) -> Void) {
        precondition(
            readers.event == nil, "two loops over one client's events; each event would come to only one of them")
        readers.event = taken
        serveReaders()
    }

    func cancelNext() {
        let waiting = readers.event
        readers.event = nil
        waiting?(.failure(CancellationError()))
    }

    /// Somebody asks what takes a while: `then` is told once, by the answer or by `giveUp`.
    func asked<Value>(
        _ name: String, _ then: @escaping (Result<Value, any Error>) -> Void,
        _ work: (@escaping (Result<Value, any Error>) -> Void) -> Void
    ) {
        guard !readers.isClosed else { return then(.failure(Self.closed)) }
        questions[name] = { then(.failure($0)) }
        work { [self] result in
            if questions.removeValue(forKey: name) != nil { then(result) }
        }
    }

    func giveUp(_ name: String, because error: any Error) { questions.removeValue(forKey: name)?(error) }

    func serveReaders() {
        guard let waiting = readers.event else { return }
        let before = backlog.done
        let event = backlog.next()
        if backlog.done != before { saveSoon() }
        if let event {
            readers.event = nil
            waiting(.success(event))
        } else if let failure = readers.takeFailure() {
            readers.event = nil
            waiting(.failure(failure))
        } else if readers.isClosed {
            readers.event = nil
            waiting(.success(nil))
        }
        refill()
        settle()
    }

    /// Reads again from the log what there was no room for. Commands go on meanwhile: an application may well wait for
    /// one of its own before it takes the next event.
    func refill() {
        guard backlog.isBehind, backlog.room >= Backlog.limit / 2, !isRefilling, let carrier,
            let token = lines[carrier]?.token
        else { return }
        isRefilling = true
        let cursor = Cursor(epoch: sequencer.cursor.epoch, seq: backlog.end)
        let path = "/v1/stream?observe=1&wait=0&limit=500&cursor=\(cursor)"
        requests.send(HTTPRequest(.GET, path, token: token), within: .seconds(20)) { [self] result in
            isRefilling = false
            guard case .success(let answer) = result, answer.status == 200, let body = answer.json,
                let batch = try? Batch<Event, Signal>(body), batch.from <= backlog.end
            else {
                if case .success(let answer) = result, answer.status == 410 { return lostPosition() }
                let later = TimeAmount.seconds(1)
                return _ = loop.assumeIsolated().scheduleTask(in: later) { self.refill() }
            }
            backlog.refill(batch.events, upTo: batch.to, live: sequencer.cursor.seq)
            serveReaders()
            refill()
        }
    }

    /// What the application has not taken yet cannot be read any more.
    func lostPosition() {
        backlog = Backlog(from: sequencer.cursor.seq)
        readers.fail(
            ClientError(
                .reset,
                "The position in the log is no longer good: the server was set back to an older copy, or this "
                    + "client was away for too long. Read rooms and history anew."))
        serveReaders()
    }
}
