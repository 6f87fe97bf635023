import ApusWire

struct PostResult: BenchResult {
    let settings: PostRun.Settings
    let way: Poster.Way
    let measured: Measurement.Figures
    /// Of what was posted against what the server says it has.
    let verdict: Verdict

    private var messages: Int { measured.posted.measured.reduce(0, +) }
    private var rate: Double { Double(messages) / measured.postedSeconds }
    private var unacknowledged: Int {
        measured.posted.posted.reduce(0, +) - measured.posted.acknowledged.reduce(0, +)
    }
    private var name: String { way == .http ? "HTTP" : "WebSocket" }

    var json: JSONObject {
        [
            "over": .string(way.rawValue), "connections": .integer(Int64(settings.connections)),
            "in_flight": .integer(Int64(settings.inFlight)), "rooms": .integer(Int64(settings.rooms)),
            "size": .integer(Int64(settings.size)), "seconds": Words.json(measured.postedSeconds, places: 1000),
            "interrupted": .bool(measured.isInterrupted), "messages": .integer(Int64(messages)),
            "messages_per_second": Words.json(rate), "acknowledged_us": measured.posted.latencies.json,
            "posted_in_all": .integer(Int64(measured.posted.posted.reduce(0, +))),
            "lost": .integer(Int64(verdict.lost)), "doubled": .integer(Int64(verdict.doubled)),
            "unacknowledged": .integer(Int64(unacknowledged)),
            "reconnects": .integer(Int64(measured.posted.reconnects)),
            "bench_processors": Words.json(measured.processors, places: 100),
        ]
    }

    var words: String {
        var lines = [
            "post over \(name): \(Words.plural(settings.connections, "connection", "connections")), "
                + "\(Words.count(settings.inFlight)) in flight on each, "
                + "\(Words.plural(settings.rooms, "room", "rooms")), \(settings.size) bytes, "
                + Words.seconds(measured.postedSeconds) + (measured.isInterrupted ? " (interrupted)" : ""),
            "  messages     \(Words.pad(Words.rate(rate), 12, right: true))/s  (\(Words.count(messages)))",
        ]
        lines += Words.table([("acknowledged, on the disk", measured.posted.latencies)])
        lines.append(
            "  \(verdict.lost) lost, \(verdict.doubled) doubled; "
                + Words.plural(measured.posted.reconnects, "reconnect", "reconnects"))
        lines.append("  the bench itself took \(Words.rate(measured.processors * 100)) % of a processor")
        return lines.joined(separator: "\n")
    }

    var trouble: String? {
        guard verdict == Verdict(), unacknowledged == 0 else {
            return "The server did not keep its promise over \(name): \(verdict.lost) acknowledged messages lost, "
                + "\(verdict.doubled) doubled, \(unacknowledged) not acknowledged."
        }
        return nil
    }
}
