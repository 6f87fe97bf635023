extension Hello {
    public func encode(into writer: inout JSONWriter) {
        writer.object {
            $0.member("epoch", epoch)
            $0.member("seq", seq)
            $0.member("connection", connection)
            $0.name("user")
            $0.object {
                $0.member("id", user.id)
                $0.member("name", user.name)
                $0.member("display_name", user.displayName)
            }
            $0.member("heartbeat_ms", heartbeatMilliseconds)
            $0.name("limits")
            $0.value(.object(limits))
            $0.member("server", server)
        }
    }
}

/// A batch as the server holds it: events and signals are JSON already, encoded once for all readers.
public typealias EncodedBatch = Batch<[UInt8], [UInt8]>

extension Batch where Event == [UInt8], Signal == [UInt8] {
    /// The frame's content, one object.
    public func encode(into writer: inout JSONWriter) {
        writer.object(encodeMembers)
    }

    /// A poll's body: the content, the cursor to ask with next, and whether there is more to be had at once.
    public func encodePoll(into writer: inout JSONWriter, epoch: String, more: Bool, bye: Bye? = nil) {
        writer.object {
            $0.member("cursor", "\(epoch)-\(to)")
            encodeMembers(into: &$0)
            $0.member("more", more)
            if let bye {
                $0.name("bye")
                bye.encode(into: &$0)
            }
        }
    }

    private func encodeMembers(into writer: inout JSONWriter) {
        writer.member("from", from)
        writer.member("to", to)
        if !events.isEmpty {
            writer.name("events")
            writer.array { for event in events { $0.raw(event) } }
        }
        if !signals.isEmpty {
            writer.name("signals")
            writer.array { for signal in signals { $0.raw(signal) } }
        }
        if signalsFull { writer.member("signals_full", true) }
        if let signalsTo { writer.member("signals_to", signalsTo) }
    }

    /// What the encoded content will take, closely enough to reserve it at once.
    public var estimatedSize: Int {
        events.reduce(160) { $0 + $1.count + 1 } + signals.reduce(0) { $0 + $1.count + 1 }
    }
}

extension Reply {
    public func encode(into writer: inout JSONWriter) {
        writer.object {
            if let id { $0.member("id", id) } else { $0.member("id", raw: "null".utf8) }
            switch result {
            case .success(let ok):
                $0.member("ok", raw: ok.json)
            case .failure(let problem):
                $0.name("error")
                problem.encode(into: &$0)
            }
        }
    }
}

extension Reset {
    public func encode(into writer: inout JSONWriter) {
        writer.object {
            $0.member("reason", reason.rawValue)
            $0.member("cursor", cursor.description)
            $0.member("spread_ms", spreadMilliseconds)
        }
    }
}

extension Bye {
    public func encode(into writer: inout JSONWriter) {
        writer.object {
            $0.member("code", code.name)
            $0.member("reconnect", reconnect)
            $0.member("spread_ms", spreadMilliseconds)
        }
    }
}
