import ApusWire

struct RestartResult: BenchResult {
    private let clients: Int
    /// Without a connection when the message was posted.
    private let away: Int
    private let downSeconds: Double
    /// From the moment when the server was there again until a client had the message.
    private var back = Latencies()
    private let missing: Int
    private let doubled: Int
    private var over: [String: Int] = [:]
    private let tries: Int
    /// The most clients that came to the new server for the first time within one second.
    private let busiest: Int

    init(_ records: [ClientRecord], gone: Int64, back: Int64, away: Int, texts: [String]) {
        clients = records.count
        self.away = away
        downSeconds = Double(back - gone) / 1e9
        for record in records {
            over[record.transport ?? "nothing", default: 0] += 1
            if let first = record.messages.first(where: { $0.text == texts[0] }) { self.back.record(first.at - back) }
        }
        missing = records.count { record in !texts.allSatisfy { text in record.messages.contains { $0.text == text } } }
        doubled = records.count { record in Set(record.messages.map(\.text)).count < record.messages.count }
        tries = records.reduce(0) { $0 + $1.tries.count { $0 >= gone } }
        busiest = Self.busiestSecond(records.compactMap { $0.tries.first { $0 >= back } }.sorted())
    }

    /// How many of these moments, in order, the second has with the most of them.
    static func busiestSecond(_ times: [Int64]) -> Int {
        var most = 0
        var first = 0
        for (index, time) in times.enumerated() {
            while times[first] <= time - 1_000_000_000 { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }

    private var share: Double { Double(busiest) / Double(clients) }

    var json: JSONObject {
        var over = JSONObject()
        for (transport, count) in self.over { over[transport] = .integer(Int64(count)) }
        return [
            "clients": .integer(Int64(clients)), "away": .integer(Int64(away)),
            "down_seconds": Words.json(downSeconds, places: 1000), "back_us": back.json,
            "missing": .integer(Int64(missing)), "doubled": .integer(Int64(doubled)),
            "tries": .integer(Int64(tries)), "busiest_second": Words.json(share, places: 1000), "over": .object(over),
        ]
    }

    var words: String {
        let over = over.sorted { $0.value > $1.value }.map { "\(Words.count($0.value)) over \($0.key)" }
        return """
            restart: \(Words.plural(clients, "client", "clients")), without a server for \(Words.seconds(downSeconds))
              \(Words.table([("back with the message", back)]).joined(separator: "\n"))
              \(over.joined(separator: ", ")); \(Words.count(away)) were away when it was posted
              \(Words.count(tries)) tries; in the busiest second \(Words.rate(100 * share)) % of the clients came to \
            the new server
              \(missing) missed a message, \(doubled) got one twice
            """
    }

    var trouble: String? {
        if missing > 0 {
            let whole = Int(RestartRun.limit)
            return "\(Words.plural(missing, "client was", "clients were")) not back with everything within \(whole) s."
        }
        if doubled > 0 { return "\(Words.plural(doubled, "client", "clients")) got a message twice." }
        return over["nothing"].map { "\(Words.plural($0, "client is", "clients are")) not live." }
    }
}
