import ApusWire

struct FanoutResult: BenchResult {
    let settings: FanoutRun.Settings
    let transport: Transport
    /// By room.
    let readers: [Int]
    let connectSeconds: Double
    let measured: Measurement.Figures
    let verdict: Verdict

    private var messages: Int { measured.posted.measured.reduce(0, +) }
    private var messageRate: Double { Double(messages) / measured.postedSeconds }
    private var deliveryRate: Double { Double(measured.tally.measured) / measured.deliveredSeconds }
    /// What the readers should have got of the measured messages.
    private var expected: Int { zip(measured.posted.measured, readers).reduce(0) { $0 + $1.0 * $1.1 } }
    private var unacknowledged: Int {
        measured.posted.posted.reduce(0, +) - measured.posted.acknowledged.reduce(0, +)
    }

    var json: JSONObject {
        let tally = measured.tally
        var object: JSONObject = [
            "transport": .string(transport.rawValue), "readers": .integer(Int64(settings.readers)),
            "rooms": .integer(Int64(settings.rooms)), "size": .integer(Int64(settings.size)),
        ]
        switch settings.pace {
        case .rate(let rate): object["rate"] = .number(rate)
        case .acknowledged(let count), .delivered(let count): object["in_flight"] = .integer(Int64(count))
        }
        object["seconds"] = Words.json(measured.postedSeconds, places: 1000)
        object["interrupted"] = .bool(measured.isInterrupted)
        object["connect_seconds"] = Words.json(connectSeconds, places: 1000)
        object["messages"] = .integer(Int64(messages))
        object["messages_per_second"] = Words.json(messageRate)
        object["deliveries"] = .integer(Int64(tally.measured))
        object["expected_deliveries"] = .integer(Int64(expected))
        object["deliveries_per_second"] = Words.json(deliveryRate)
        object["delivery_us"] = tally.latencies.json
        object["acknowledged_us"] = measured.posted.latencies.json
        object["lost"] = .integer(Int64(verdict.lost))
        object["doubled"] = .integer(Int64(verdict.doubled))
        object["out_of_order"] = .integer(Int64(verdict.outOfOrder))
        object["gaps"] = .integer(Int64(tally.gaps))
        object["unacknowledged"] = .integer(Int64(unacknowledged))
        object["reconnects"] = .integer(Int64(tally.reconnects + measured.posted.reconnects))
        object["resets"] = .integer(Int64(tally.resets))
        object["bench_processors"] = Words.json(measured.processors, places: 100)
        return object
    }

    var words: String {
        let pace =
            switch settings.pace {
            case .rate(let rate): "\(Words.rate(rate)) messages/s"
            case .acknowledged(let count), .delivered(let count): "\(Words.count(count)) in flight"
            }
        let tally = measured.tally
        let reconnects = tally.reconnects + measured.posted.reconnects
        var lines = [
            "fanout over \(transport.words): \(Words.plural(settings.readers, "reader", "readers")) in "
                + "\(Words.plural(settings.rooms, "room", "rooms")), \(pace), \(settings.size) bytes, "
                + Words.seconds(measured.postedSeconds) + (measured.isInterrupted ? " (interrupted)" : ""),
            "  messages     \(Words.pad(Words.rate(messageRate), 12, right: true))/s  (\(Words.count(messages)))",
            "  deliveries   \(Words.pad(Words.rate(deliveryRate), 12, right: true))/s  (\(Words.count(tally.measured)))",
        ]
        lines += Words.table([
            ("delivery", tally.latencies), ("acknowledged, on the disk", measured.posted.latencies),
        ])
        lines.append(
            "  \(verdict.lost) lost, \(verdict.doubled) doubled, \(verdict.outOfOrder) out of order, \(tally.gaps) gaps; "
                + "\(Words.plural(reconnects, "reconnect", "reconnects")), \(Words.plural(tally.resets, "reset", "resets"))"
        )
        lines.append(
            "  connected in \(Words.seconds(connectSeconds)); the bench itself took \(Words.rate(measured.processors * 100)) % "
                + "of a processor")
        return lines.joined(separator: "\n")
    }

    var trouble: String? {
        guard verdict == Verdict(), measured.tally.gaps == 0, unacknowledged == 0 else {
            return "The server did not keep its promise over \(transport.words): \(verdict.lost) deliveries lost, "
                + "\(verdict.doubled) doubled, \(verdict.outOfOrder) out of order, \(measured.tally.gaps) gaps, "
                + "\(unacknowledged) messages not acknowledged."
        }
        return nil
    }
}
