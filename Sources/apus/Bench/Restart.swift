import ArgumentParser

struct BenchRestart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart", abstract: "See whether everybody is back after a restart of the server.",
        discussion: """
            Runs many whole clients, as apps do, and waits until the server is stopped and started again: by you, in \
            whatever way. As soon as the server is there again, a message is posted for everybody. Says how long the \
            clients took to be back with it, and how they spread.

            It fails when one of them is not back within 30 s, or missed or doubled the message.

            Example: apus bench restart --token "$(apus token bench)" --clients 2000
            """)

    @OptionGroup var options: BenchOptions

    @Option(help: "How many clients.")
    var clients = 2000

    func validate() throws { try Ranges.check("--clients", clients, 1...100_000) }

    func run() async throws {
        // A client that sets out anew may try three transports at a time.
        try await options.measure("restart", [clients], connections: 3 * clients) { clients, target, loops, progress in
            try await RestartRun(clients: clients, target: target, loops: loops).run(&progress)
        }
    }
}
