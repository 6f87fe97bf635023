import ApusWire

struct IdleResult: BenchResult {
    let settings: IdleRun.Settings
    let transport: Transport
    let connectSeconds: Double
    let heldSeconds: Double
    let tally: Tally
    /// Bytes of the server; nil without --pid.
    let memoryBefore: Int?
    let memoryAfter: Int?

    private var memoryPerReader: Double? {
        guard let memoryBefore, let memoryAfter else { return nil }
        return Double(memoryAfter - memoryBefore) / Double(settings.readers)
    }
    private var connectRate: Double { Double(settings.readers) / max(connectSeconds, 0.001) }

    var json: JSONObject {
        var object: JSONObject = [
            "transport": .string(transport.rawValue), "readers": .integer(Int64(settings.readers)),
            "seconds": Words.json(heldSeconds, places: 1000),
            "connect_seconds": Words.json(connectSeconds, places: 1000),
            "connects_per_second": Words.json(connectRate), "alive": .integer(Int64(tally.open)),
            "ended": .integer(Int64(tally.ended)), "heartbeats": .integer(Int64(tally.heartbeats)),
        ]
        if let memoryBefore, let memoryAfter, let memoryPerReader {
            object["resident_bytes_before"] = .integer(Int64(memoryBefore))
            object["resident_bytes_after"] = .integer(Int64(memoryAfter))
            object["resident_bytes_per_reader"] = Words.json(memoryPerReader)
        }
        return object
    }

    var words: String {
        var lines = [
            "idle over \(transport.words): \(Words.plural(settings.readers, "reader", "readers")) held for "
                + Words.seconds(heldSeconds),
            "  connected in \(Words.seconds(connectSeconds)), \(Words.rate(connectRate)) a second",
            "  \(Words.count(tally.open)) still there, \(Words.count(tally.ended)) ended, "
                + "\(Words.count(tally.heartbeats)) batches without events",
        ]
        if let memoryBefore, let memoryAfter, let memoryPerReader {
            lines.append(
                "  resident memory of the server: \(Words.mebibytes(memoryBefore)) before, "
                    + "\(Words.mebibytes(memoryAfter)) after, \(Words.rate(memoryPerReader / 1024)) KiB a reader")
        }
        return lines.joined(separator: "\n")
    }

    var trouble: String? {
        tally.ended == 0
            ? nil
            : "\(Words.plural(tally.ended, "stream", "streams")) over \(transport.words) ended: "
                + "\(tally.lastTrouble ?? "without a word")."
    }
}
