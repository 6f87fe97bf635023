import ArgumentParser
import NIOCore

struct BenchFanout: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fanout", abstract: "Post messages to rooms full of readers.",
        discussion: """
            Every message carries the moment at which it was meant to be sent. "delivery" is the time from there to a \
            reader having it, counted for every reader; "acknowledged" the time to the reply, which says that the message \
            is on the disk. With --in-flight the next message follows when all readers of its room have got one. With \
            --rate messages are sent at fixed moments, whatever becomes of the earlier ones, and a message that had to \
            wait for its turn counts from the moment it should have been sent (no coordinated omission): what users of a \
            busy server feel. Compare latencies with --rate, throughput with --in-flight.

            It fails when a reader lost a message, got one twice or out of order.

            Example: apus bench fanout --token "$(apus token bench)" --transport all --readers 1000 --rate 20
            """)

    @OptionGroup var options: BenchOptions

    @Option(help: "ws, sse, longpoll, shortpoll or all, one after the other.")
    var transport = TransportChoice.one(.webSocket)

    @Option(help: "How many readers, spread over the rooms.")
    var readers = 1000

    @Option(help: "How many rooms.")
    var rooms = 1

    @Option(help: "Messages on their way at once (default: 1).")
    var inFlight: Int?

    @Option(help: "Messages a second, instead of --in-flight.")
    var rate: Double?

    @Option(help: "Bytes of a message's text.")
    var size = 128

    @Option(help: "How long to measure.")
    var seconds = 10.0

    @Option(help: "How long to post before that, in seconds.")
    var warmUp = 2.0

    @Option(help: "Only short polling: seconds between two polls of a reader.")
    var pollEvery = 0.5

    func validate() throws {
        try Ranges.check("--readers", readers, 1...1_000_000)
        try Ranges.check("--rooms", rooms, 1...min(readers, 10_000))
        try Ranges.check("--in-flight", inFlight ?? 1, 1...100_000)
        try Ranges.check("--rate", rate ?? 1, 0.01...1_000_000)
        try Ranges.check("--size", size, Mark.longest...10_000)
        try Ranges.check("--seconds", seconds, 0.1...86_400)
        try Ranges.check("--warm-up", warmUp, 0...86_400)
        try Ranges.check("--poll-every", pollEvery, 0.01...60)
        if inFlight != nil, rate != nil {
            throw ValidationError("--in-flight and --rate exclude each other.")
        }
    }

    func run() async throws {
        let settings = FanoutRun.Settings(
            readers: readers, rooms: rooms, pace: rate.map { .rate($0) } ?? .delivered(inFlight: inFlight ?? 1),
            size: size, seconds: seconds, warmUp: warmUp, pollEvery: .nanoseconds(Int64(pollEvery * 1e9)))
        try await options.measure("fanout", transport.transports, connections: readers + 1) {
            transport, target, loops, progress in
            try await FanoutRun(settings, transport, target, loops).run(&progress)
        }
    }
}

enum Ranges {
    static func check<Value: Comparable>(_ name: String, _ value: Value, _ range: ClosedRange<Value>) throws {
        guard range.contains(value) else {
            throw ValidationError("\(name) is \(range.lowerBound) to \(range.upperBound), but \(value) was given.")
        }
    }
}
