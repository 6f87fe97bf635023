package import ApusWire

extension TestStream {
    /// Says that everything up to `seq` is applied: by frame, by command on SSE; a poll's next cursor says it itself.
    package func ack(_ seq: Int64, within limit: Duration = .seconds(30)) async throws {
        switch transport {
        case .webSocket: try await send("ack", .integer(seq), within: limit)
        case .sse:
            guard let hello else { throw ClientFailure(.misuse, "ack before hello on \(name)") }
            let command: JSONValue = ["op": "ack", "connection": .string(hello.connection), "seq": .integer(seq)]
            let (status, body) = try await TestClient(server).post(command: command, within: limit)
            guard status == 200 else { throw ClientFailure(.violation, "ack \(seq) was answered \(status): \(body)") }
        case .longPoll, .shortPoll, .inProcess: try await connected(by: .within(limit)).ack(seq)
        }
    }

    /// Its echo comes as `.probe`. WebSocket only.
    package func probe(_ nonce: String, within limit: Duration = .seconds(30)) async throws {
        try await send("probe", .string(nonce), within: limit)
    }

    /// Makes a `probe: true` stream a real one. WebSocket only.
    package func resume(_ cursor: Cursor, within limit: Duration = .seconds(30)) async throws {
        try await send("resume", .string(cursor.description), within: limit)
        resumed(from: cursor)
    }

    /// Sends a command, or an array of them. The replies come as `.reply` on every transport: over HTTP they are here
    /// when this returns, and a problem of the whole request counts as each command's own.
    package func command(_ command: JSONValue, within limit: Duration = .seconds(30)) async throws {
        guard transport != .webSocket else { return try await send("command", command, within: limit) }
        let (status, body) = try await TestClient(server).post(command: command, within: limit)
        if status == 200, let replies = body.array {
            setAside += replies.map { .reply(id: $0["id"]?.string, ok: $0["ok"]?.object, error: $0["error"]?.object) }
        } else if status == 200 {
            setAside.append(.reply(id: body["id"]?.string, ok: body["ok"]?.object, error: nil))
        } else {
            for one in command.array ?? [command] {
                setAside.append(.reply(id: one["id"]?.string, ok: nil, error: body.object))
            }
        }
    }

    /// The reply to the command `id`; whatever else comes meanwhile stays for `next`.
    package func reply(
        to id: String, within limit: Duration = .seconds(30)
    ) async throws -> (ok: JSONObject?, error: JSONObject?) {
        let deadline = Deadline.within(limit)
        var looked = 0
        while true {
            while looked < setAside.count {
                if case .reply(id, let ok, let error) = setAside[looked] {
                    setAside.remove(at: looked)
                    return (ok, error)
                }
                looked += 1
            }
            let item = try await arrive(by: deadline)
            setAside.append(item)
            if case .ended = item {
                throw ClientFailure(.closed, "expected the reply to \(id) on \(name), but \(setAside.suffix(8)) came")
            }
        }
    }

    private func send(_ frame: String, _ content: JSONValue, within limit: Duration) async throws {
        guard let source = try await connected(by: .within(limit)) as? WebSocketSource else {
            throw ClientFailure(.misuse, "there is no \(frame) on \(name)")
        }
        var object = JSONObject()
        object[frame] = content
        source.connection.send(text: String(decoding: JSONValue.object(object).encoded, as: UTF8.self))
    }
}
