import ApusServer

extension Poster {
    enum Pace: Sendable {
        /// So many messages at once, the next when one has been acknowledged.
        case acknowledged(inFlight: Int)
        /// So many messages at once, the next when all readers have got one.
        case delivered(inFlight: Int)
        /// So many a second, whatever becomes of them.
        case rate(Double)
    }

    enum Way: String, CaseIterable, Sendable {
        case webSocket = "ws"
        case http
    }

    struct Plan: Sendable {
        var target: BenchTarget
        var way: Way
        /// The rooms to post to, in turn, as places in `names`.
        var rooms: [Int]
        var names: [String]
        /// Before the number in a command's id.
        var ids: String
        /// A room that does not exist: a poster's stream is to be silent.
        var silence: String
        var pace: Pace
        var size: Int
    }

    struct Posted: Sendable {
        /// By room: posted, acknowledged, and acknowledged of those that are measured.
        var posted: [Int]
        var acknowledged: [Int]
        var measured: [Int]
        var latencies = Latencies()
        /// When the last measured one was acknowledged.
        var lastMeasured: Int64 = 0
        var isOpen = false
        var reconnects = 0
        var lastTrouble: String?
        var failure: OperatorError?

        mutating func add(_ other: Posted) {
            for room in posted.indices {
                posted[room] += other.posted[room]
                acknowledged[room] += other.acknowledged[room]
                measured[room] += other.measured[room]
            }
            latencies.add(other.latencies)
            lastMeasured = max(lastMeasured, other.lastMeasured)
            isOpen = isOpen && other.isOpen
            reconnects += other.reconnects
            lastTrouble = lastTrouble ?? other.lastTrouble
            failure = failure ?? other.failure
        }
    }
}
