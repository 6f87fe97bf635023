import ArgumentParser

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

    @OptionGroup var reading: ReadingOptions

    @Option(help: "How many rooms, over which the readers are spread.")
    var rooms = 1

    @Option(help: "Messages on their way at once (default: 1).")
    var inFlight: Int?

    @Option(help: "Messages a second, instead of --in-flight.")
    var rate: Double?

    @OptionGroup var posting: PostingOptions

    func validate() throws {
        try Ranges.check("--rooms", rooms, 1...min(reading.readers, 10_000))
        try Ranges.check("--in-flight", inFlight ?? 1, 1...100_000)
        try Ranges.check("--rate", rate ?? 1, 0.01...1_000_000)
        if inFlight != nil, rate != nil {
            throw ValidationError("--in-flight and --rate exclude each other.")
        }
    }

    func run() async throws {
        let settings = FanoutRun.Settings(
            readers: reading.readers, rooms: rooms, pace: rate.map { .rate($0) } ?? .delivered(inFlight: inFlight ?? 1),
            size: posting.size, seconds: posting.seconds, warmUp: posting.warmUp, pollEvery: reading.pollPause)
        try await options.measure("fanout", reading.transport.transports, connections: reading.readers + 1) {
            transport, target, loops, progress in
            try await FanoutRun(settings: settings, transport: transport, target: target, loops: loops).run(&progress)
        }
    }
}
