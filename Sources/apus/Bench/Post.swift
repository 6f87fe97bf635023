import ArgumentParser
import NIOCore

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

    @Option(help: "Bytes of a message's text.")
    var size = 128

    @Option(help: "How long to measure.")
    var seconds = 10.0

    @Option(help: "How long to post before that, in seconds.")
    var warmUp = 2.0

    func validate() throws {
        try Ranges.check("--connections", connections, 1...10_000)
        try Ranges.check("--in-flight", inFlight, 1...(over == .ws ? 10_000 : 100))
        try Ranges.check("--rooms", rooms, 1...min(connections, 10_000))
        try Ranges.check("--size", size, Mark.longest...10_000)
        try Ranges.check("--seconds", seconds, 0.1...86_400)
        try Ranges.check("--warm-up", warmUp, 0...86_400)
    }

    func run() async throws {
        let settings = PostRun.Settings(
            connections: connections, inFlight: inFlight, rooms: rooms, size: size, seconds: seconds, warmUp: warmUp)
        try await options.measure("post", over.list, connections: connections) { way, target, loops, progress in
            try await PostRun(settings, way, target, loops).run(&progress)
        }
    }
}
