import ApusServer
import ApusWire
import ArgumentParser
import Foundation
import UnixSignals

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Load a server and measure it.",
        discussion: """
            Start a server for it, with a data folder of its own (the rooms that the bench makes stay) and without limits:

              apus serve --data ./bench-data --commands-per-second 0 --streams-per-user 0

            and give the bench a user's token: apus user add bench --data ./bench-data; apus token bench --data …
            """,
        subcommands: [BenchFanout.self, BenchPost.self, BenchIdle.self, BenchRestart.self])
}

/// What each of the loads takes.
struct BenchOptions: ParsableArguments {
    @Option(help: "The server's address.")
    var url = "http://127.0.0.1:8080"

    @Option(help: "The token of the user to load it as (default: the environment's APUS_TOKEN).")
    var token: String?

    @Option(help: "Event loops of the bench (default: half of the processors).")
    var loops: Int?

    @Flag(help: "Print one JSON object instead of words.")
    var json = false

    @Flag(help: "Say nothing on the way.")
    var quiet = false

    func validate() throws {
        if let loops, !(1...64).contains(loops) { throw ValidationError("--loops is 1 to 64.") }
    }

    func target() throws -> BenchTarget {
        guard let token = token ?? ProcessInfo.processInfo.environment["APUS_TOKEN"] else {
            throw OperatorError("A token is missing: --token TOKEN. Make one with: apus token NAME", isUsage: true)
        }
        return try BenchTarget(url: url, token: token)
    }

    /// Runs a load once for each of `kinds`, ends it early on Ctrl-C, and prints what came out.
    func measure<Kind: Sendable, Result: BenchResult>(
        _ bench: String, _ kinds: [Kind], connections: Int,
        _ run: @escaping @Sendable (Kind, BenchTarget, Loops, inout Progress) async throws -> Result
    ) async throws {
        let target = try target()
        try Descriptors.allow(connections: connections)
        let loops = Loops(loops ?? max(1, ProcessInfo.processInfo.activeProcessorCount / 2))
        let isQuiet = quiet
        let work = Task {
            var progress = Progress(isQuiet: isQuiet)
            defer { progress.clear() }
            return await LoadSeries(kinds) { try await run($0, target, loops, &progress) }
        }
        let signals = Task {
            for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                if work.isCancelled { Foundation.exit(130) }
                work.cancel()
            }
        }
        defer { signals.cancel() }
        let series = await work.value
        let results = series.results
        if results.isEmpty, let failure = series.failure { throw failure }
        if json {
            let object: JSONObject = [
                "bench": .string(bench), "url": .string(target.url),
                "results": .array(results.map { .object($0.json) }),
            ]
            printLine(object)
        } else {
            printLine(results.map(\.words).joined(separator: "\n\n"))
        }
        if let failure = series.failure { throw failure }
        if let trouble = results.lazy.compactMap(\.trouble).first { throw OperatorError(trouble) }
    }
}

/// What came out of a load.
protocol BenchResult: Sendable {
    var json: JSONObject { get }
    var words: String { get }
    /// A sentence when the server did not do what it promises.
    var trouble: String? { get }
}
