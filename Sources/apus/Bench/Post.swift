import ArgumentParser

struct BenchPost: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "post", abstract: "Post as fast as the server acknowledges.",
        discussion: """
            Each connection keeps --in-flight messages on their way and sends the next when one has been acknowledged, \
            which means: is on the disk. Over HTTP they are one array, and the next request begins when all of it has \
            been answered. Nobody reads. At the end the server is asked how many messages the rooms have; it fails when \
            one is missing or there twice.

            Example: apus bench post --token "$(apus token bench)" --connections 64 --over all
            """)

    enum Ways: String, ExpressibleByArgument, CaseIterable {
        case ws
        case http
        case all

        var list: [Poster.Way] {
            switch self {
            case .ws: [.webSocket]
            case .http: [.http]
            case .all: Poster.Way.allCases
            }
        }
    }

    @OptionGroup var options: BenchOptions

    @Option(help: "ws (frames of a WebSocket), http (POST /v1/commands) or all, one after the other.")
    var over = Ways.all

    @Option(help: "How many connections.")
    var connections = 8

    @Option(help: "Messages on their way at once, on each connection; at most 100 over HTTP.")
    var inFlight = 1

    @Option(help: "How many rooms; connections take them in turn.")
    var rooms = 1

    @OptionGroup var posting: PostingOptions

    func validate() throws {
        try Ranges.check("--connections", connections, 1...10_000)
        try Ranges.check("--in-flight", inFlight, 1...(over == .ws ? 10_000 : 100))
        try Ranges.check("--rooms", rooms, 1...min(connections, 10_000))
    }

    func run() async throws {
        let settings = PostRun.Settings(
            connections: connections, inFlight: inFlight, rooms: rooms, size: posting.size, seconds: posting.seconds,
            warmUp: posting.warmUp)
        try await options.measure("post", over.list, connections: connections) { way, target, loops, progress in
            try await PostRun(settings: settings, way: way, target: target, loops: loops).run(&progress)
        }
    }
}
