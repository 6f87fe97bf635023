import ArgumentParser

struct BenchIdle: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle", abstract: "Hold many quiet readers.",
        discussion: """
            Opens the readers, holds them, and says how fast they came, how many are still there at the end, and how many \
            batches without events they got (heartbeats, and empty answers to polls). On the server's machine --pid \
            tells what a reader costs it in resident memory; a server just started says it best, since memory that was \
            once taken is used again.

            It fails when a stream ended.

            Example: apus bench idle --token "$(apus token bench)" --readers 5000 --pid "$(cat ./bench-data/lock)"
            """)

    @OptionGroup var options: BenchOptions

    @OptionGroup var reading: ReadingOptions

    @Option(help: "How long to hold them.")
    var seconds = 10.0

    @Option(help: "The server's process, on this machine.")
    var pid: Int32?

    func validate() throws {
        try Ranges.check("--seconds", seconds, 0.1...86_400)
        try Ranges.check("--pid", pid ?? 1, 1...Int32.max)
    }

    func run() async throws {
        let settings = IdleRun.Settings(
            readers: reading.readers, seconds: seconds, pollEvery: reading.pollPause, pid: pid)
        try await options.measure("idle", reading.transport.transports, connections: reading.readers) {
            transport, target, loops, progress in
            try await IdleRun(settings: settings, transport: transport, target: target, loops: loops).run(&progress)
        }
    }
}
