import ApusCore
import Foundation

/// `/metrics` in Prometheus's text format 0.0.4.
struct MetricsPage {
    private(set) var text = ""

    init(_ instruments: Instruments, writerDepth: Int, searchBehind: Int) {
        family("apus_readers", "gauge", "Open streams and waiting polls.")
        for kind in TransportKind.allCases {
            sample("apus_readers", instruments.readers(kind).current, "transport", kind.rawValue)
        }
        family("apus_readers_opened_total", "counter", "Streams and polls opened.")
        for kind in TransportKind.allCases {
            sample("apus_readers_opened_total", instruments.opened(kind).total, "transport", kind.rawValue)
        }
        single("apus_connections", "gauge", "Open TCP connections.", instruments.connections.current)
        single("apus_accepts_total", "counter", "TCP connections accepted.", instruments.accepts.total)
        single(
            "apus_connections_refused_total", "counter", "TCP connections of an address that had too many.",
            instruments.refusedConnections.total)
        labelled("apus_closes_total", "Streams ended, by cause.", "code", instruments.closes.totals)
        labelled("apus_resets_total", "Cursors that could not be continued.", "reason", instruments.resets.totals)
        labelled("apus_commands_total", "Commands answered, by result.", "result", instruments.commands.totals)
        single("apus_events_delivered_total", "counter", "Events written to readers.", instruments.delivered.total)
        family("apus_resumes_total", "counter", "Readers that came back behind the head.")
        sample("apus_resumes_total", instruments.resumesFromRing.total, "from", "ring")
        sample("apus_resumes_total", instruments.resumesFromDisk.total, "from", "disk")
        single(
            "apus_slow_readers_total", "counter", "Times a reader fell back to catching up.",
            instruments.slowReaders.total)
        single(
            "apus_failed_writes_total", "counter", "Groups that the disk did not take.", instruments.failedWrites.total)
        single("apus_writer_queue", "gauge", "Submissions waiting for the writer.", writerDepth)
        single("apus_search_behind_events", "gauge", "Events that the search index has not seen.", searchBehind)
        histogram("apus_append_batch_events", "Events per commit.", instruments.appendBatch, scale: 1)
        histogram(
            "apus_commit_seconds", "Duration of COMMIT, fsync included.", instruments.commitTime, scale: 1_000_000)
        histogram(
            "apus_fan_out_lag_seconds", "From publishing to the last write of a loop.", instruments.fanOutLag,
            scale: 1_000_000)
        single("process_resident_memory_bytes", "gauge", "Resident memory.", Self.residentBytes)
    }

    private mutating func family(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    private mutating func sample(_ name: String, _ value: Int, _ label: String, _ labelValue: String) {
        text += "\(name){\(label)=\"\(labelValue)\"} \(value)\n"
    }

    private mutating func single(_ name: String, _ type: String, _ help: String, _ value: Int) {
        family(name, type, help)
        text += "\(name) \(value)\n"
    }

    private mutating func labelled(_ name: String, _ help: String, _ label: String, _ values: [String: Int]) {
        family(name, "counter", help)
        for (key, value) in values.sorted(by: { $0.key < $1.key }) { sample(name, value, label, key) }
    }

    private mutating func histogram(_ name: String, _ help: String, _ histogram: Histogram, scale: Int) {
        family(name, "histogram", help)
        let (cumulative, sum) = histogram.snapshot
        for (bound, count) in cumulative {
            let upper = bound.map { scale == 1 ? "\($0)" : "\(Double($0) / Double(scale))" } ?? "+Inf"
            sample(name + "_bucket", count, "le", upper)
        }
        text += "\(name)_sum \(scale == 1 ? "\(sum)" : "\(Double(sum) / Double(scale))")\n"
        text += "\(name)_count \(cumulative.last?.count ?? 0)\n"
    }

    /// Nil-safe: where there is no /proc the figure is 0.
    private static var residentBytes: Int {
        guard let statm = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let pages = statm.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
