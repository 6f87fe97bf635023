package import ApusWire
import NIOCore

/// Commands, from the application to the server and back.
extension Shell {
    /// Somebody who waits for a command's end.
    struct Waiter {
        let name: String
        let ended: (Result<JSONObject, any Error>) -> Void
    }

    /// What is added in one turn of the loop is kept by one write of the file.
    func add(_ command: Command) {
        added.append(command)
        guard added.count == 1 else { return }
        loop.assumeIsolated().execute { self.addAll() }
    }

    func add(
        _ command: Command, waiter: String, _ ended: @escaping (Result<JSONObject, any Error>) -> Void
    ) {
        guard !readers.isClosed else { return ended(.failure(Self.closed)) }
        waiters[command.id ?? "", default: []].append(Waiter(name: waiter, ended: ended))
        add(command)
    }

    func stopWaiting(_ id: String, _ waiter: String) {
        guard let index = waiters[id]?.firstIndex(where: { $0.name == waiter }) else { return }
        waiters[id]?.remove(at: index).ended(.failure(CancellationError()))
        if waiters[id]?.isEmpty ?? false { waiters[id] = nil }
    }

    /// The program ends, or wants to: nobody is left waiting.
    func stop() {
        addAll()
        tell(.stop)
        stopAsking()
        letGoOfFile()
        // The next client takes these from the file's position.
        backlog = Backlog(from: backlog.done)
        let waiting = waiters.values.joined()
        waiters = [:]
        for waiter in waiting { waiter.ended(.failure(Self.closed)) }
        for name in Array(questions.keys) { giveUp(name, because: Self.closed) }
    }

    static let closed = ClientError(.closed, "The client was closed.")

    private func addAll() {
        var actions: [Outbox.Action] = []
        for command in added {
            // The user's second word on a failure under the same id.
            let hasFailed = outbox.entries.contains { $0.id == command.id && $0.failure != nil }
            let input = hasFailed ? Outbox.Input.retry(id: command.id ?? "") : .add(command)
            actions += outbox.handle(input, now: now, draw: Self.draw)
        }
        added = []
        perform(actions, of: nil)
        settle()
    }

    func perform(_ actions: [Outbox.Action], of event: Event?) {
        if actions.contains(where: { if case .keep = $0 { true } else { false } }) { save() }
        for action in actions {
            switch action {
            case .keep: break
            // What stays in the file a moment longer is only sent again after a crash.
            case .forget: saveSoon()
            case .send(let ids): send(ids)
            case .pass(let command): pass(command)
            case .acknowledged(let id, let ok):
                let waiters = waiters.removeValue(forKey: id) ?? []
                for waiter in waiters { waiter.ended(.success(ok ?? event.map(Self.ok) ?? [:])) }
            case .failed(let id, let refusal): failed(id, refusal)
            }
        }
    }

    /// Who is told of a failure decides on it; one that nobody waits for stays for the user to see.
    private func failed(_ id: String, _ refusal: Refusal) {
        guard let waiters = waiters.removeValue(forKey: id) else { return }
        tell(.delete(id: id))
        for waiter in waiters { waiter.ended(.failure(refusal)) }
    }

    /// What a reply would have said, as far as an event tells it.
    private static func ok(_ event: Event) -> JSONObject {
        var ok: JSONObject = ["seq": .integer(event.seq), "at": .string(event.at)]
        ok["number"] = event.data["number"]
        ok["room"] = event.room.map { .string($0) }
        return ok
    }

    private func send(_ ids: [String]) {
        let commands = outbox.entries.filter { ids.contains($0.id) }.map { JSONValue.object($0.command.fields) }
        send(commands.count == 1 ? commands[0] : .array(commands), ids: ids)
    }

    private func pass(_ command: Command) { send(.object(command.fields), ids: []) }

    private func send(_ content: JSONValue, ids: [String]) {
        guard let carrier, let line = lines[carrier], let token = line.token else { return }
        if line.transport == .webSocket {
            line.port?.send(frame("command", content))
        } else {
            requests.send(command(content, token), within: .seconds(30)) { self.answered(ids, $0) }
        }
    }

    /// Without an answer the outbox sends again when its time comes.
    private func answered(_ ids: [String], _ result: Result<HTTPAnswer, any Error>) {
        guard case .success(let answer) = result else { return }
        if let problem = answer.problem {
            for id in ids { answered(id: id, ok: nil, problem: problem) }
        } else if answer.status == 429 || answer.status == 503 {
            let refusal = Refusal(
                code: "http_\(answer.status)", detail: "A proxy answers \(answer.status).", isRetryable: true,
                retryAfter: answer.retryAfter)
            for id in ids { tell(.refused(id: id, refusal)) }
        } else if answer.status == 200, let body = answer.json {
            for reply in body.array ?? [body] {
                answered(id: reply["id"]?.string, ok: reply["ok"]?.object, problem: reply["error"])
            }
        }
    }

    func answered(id: String?, ok: JSONObject?, problem: JSONValue?) {
        guard let id else { return }
        if let ok {
            if let command = outbox.entries.first(where: { $0.id == id })?.command, command.op == "read" {
                follow { $0.read(ok["read"]?.integer, in: command.fields["room"]?.string) }
            }
            tell(.reply(id: id, ok: ok))
        } else if let problem {
            tell(.refused(id: id, Refusal(problem: problem)))
        }
    }
}

extension Outbox.Refusal {
    /// From a problem as the server sent it. Its code may be one that only later versions know.
    package init(problem: JSONValue) {
        self.init(
            code: problem["code"]?.string ?? "unknown", detail: problem["detail"]?.string ?? "",
            isRetryable: problem["retryable"]?.bool ?? false, retryAfter: problem.retryAfter)
    }
}
