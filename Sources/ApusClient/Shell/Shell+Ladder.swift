import ApusWire
import NIOCore
import NIOHTTP1

/// What the ladder says is done here.
extension Shell {
    func perform(_ actions: [Ladder.Action]) {
        for action in actions {
            switch action {
            case .open(let number, let transport, let isProbe): open(number, transport, isProbe)
            case .close(let number): close(number)
            case .probe(let number): probe(number)
            case .poll(let number, let seconds): poll(number, seconds)
            case .resume(let number):
                lines[number]?.role = .resuming
                lines[number]?.port?.send(frame("resume", .string(sequencer.cursor.description)))
            case .carry(let number): carry(number)
            case .snapshot: takeSnapshot()
            case .remember: saveSoon()
            case .status(let status): changed(status)
            }
        }
    }

    private func open(_ number: Int, _ transport: Transport, _ isProbe: Bool) {
        lines[number] = Line(transport: transport, role: isProbe ? .probe : .stream)
        lines[number]?.asking = withToken { [self] answer in
            guard lines[number] != nil else { return }
            lines[number]?.asking = nil
            switch answer {
            case .success(let token):
                lines[number]?.token = token
                connect(number, transport, isProbe, token)
            case .failure: ended(number, .lost)
            }
        }
    }

    /// An attempt is over by itself; of a poll the ladder may say to go on.
    func ended(_ number: Int, _ end: Ladder.End) {
        tell(.ended(number, end))
        if ladder.find(number) == nil { forget(number) }
    }

    @discardableResult
    func forget(_ number: Int) -> Line? {
        let line = lines.removeValue(forKey: number)
        if let asking = line?.asking { tokenWaiters[asking] = nil }
        return line
    }

    private func connect(_ number: Int, _ transport: Transport, _ isProbe: Bool, _ token: String) {
        var path = "/v1/stream?client=\(client)"
        if isProbe { path += "&probe=1" } else { path += "&cursor=\(sequencer.cursor)" }
        if !isProbe, let signalsTo { path += "&signals=\(escaped(signalsTo))" }
        switch transport {
        case .webSocket:
            lines[number]?.port = WebSocketPort(endpoint, on: loop, path, token: token) { self.take($0, from: number) }
        case .sse:
            lines[number]?.port = EventStreamPort(endpoint, on: loop, path, token: token) {
                self.take($0, from: number)
            }
        case .longPoll, .shortPoll: poll(number, 0)
        }
    }

    private func close(_ number: Int) {
        guard let line = forget(number) else { return }
        line.port?.close()
        line.poll?.cancel()
        if carrier == number { carrier = nil }
    }

    /// The nonce says nothing: one probe is out at a time, and any echo shows that bytes go both ways.
    private func probe(_ number: Int) {
        guard let line = lines[number], let token = line.token else { return }
        guard line.transport == .sse else {
            line.port?.send(frame("probe", "apus"))
            return
        }
        let ack: JSONObject = [
            "id": .string(newCommandID()), "op": "ack", "connection": .string(line.connection ?? ""),
            "seq": .integer(line.start),
        ]
        requests.send(command(.object(ack), token), within: .seconds(10)) { [self] result in
            guard case .success(let answer) = result, answer.status == 200 || answer.problem != nil else { return }
            tell(.echoed(number))
        }
    }

    private func poll(_ number: Int, _ seconds: Int) {
        guard let line = lines[number], let token = line.token else { return }
        line.poll?.cancel()
        var path = "/v1/stream?client=\(client)&wait=\(seconds)&cursor=\(sequencer.cursor)"
        if let signalsTo { path += "&signals=\(escaped(signalsTo))" }
        let limit = TimeAmount.seconds(Int64(seconds) + 30)
        lines[number]?.poll = requests.send(HTTPRequest(.GET, path, token: token), within: limit, isUrgent: true) {
            self.polled(number, $0)
        }
    }

    private func carry(_ number: Int) {
        guard let line = lines[number] else { return }
        carrier = number
        isOnTrial = false
        tell(Sequencer.Input.carry(attempt: number, acks: !line.transport.isPoll))
        tell(Outbox.Input.carried)
        refill()
    }

    private func changed(_ status: Ladder.Status) {
        switch status {
        case .live, .suspect: return
        case .closed(let reason): readers.close(because: reason)
        case .needsCredentials: renew()
        case .idle, .connecting, .reconnecting, .offline: break
        }
        carrier = nil
        requests.dropIdle()
        serveReaders()
        tell(Sequencer.Input.stranded)
        tell(Outbox.Input.stranded)
    }

    // MARK: helping hands

    func frame(_ name: String, _ content: JSONValue) -> [UInt8] {
        var object = JSONObject()
        object[name] = content
        return JSONValue.object(object).encoded
    }

    func command(_ content: JSONValue, _ token: String) -> HTTPRequest {
        HTTPRequest(.POST, "/v1/commands", token: token, json: content.encoded)
    }
}

/// For a query's value: everything but the unreserved characters of RFC 3986.
func escaped(_ text: String) -> String {
    var escaped = ""
    for byte in text.utf8 {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            escaped.unicodeScalars.append(Unicode.Scalar(byte))
        default: escaped += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
    }
    return escaped
}
