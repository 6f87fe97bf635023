import ApusServer
import ArgumentParser
import Configuration
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server.",
        discussion: """
            Each option can also be given in the environment (--port as APUS_PORT) or in a JSON file ("port": 8080);
            an option beats the environment, which beats the file. A limit of 0 means none.

            Example: apus serve --data /var/lib/apus --port 8080
            """)

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let values = try await SettingValues(file: options.config)
        let settings = try values.settings()
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "apus")
        logger.logLevel = try values.logLevel()
        let server = try await Server(settings, logger: logger)
        let group = ServiceGroup(
            services: [Running(server: server)], gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(
                label: "lifecycle", factory: { _ in SwiftLogNoOpLogHandler() }))
        try await group.run()
    }

    /// A URL has an IPv6 address in brackets (RFC 3986 section 3.2.2).
    static func address(_ host: String, _ port: Int) -> String {
        "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// Lives until a signal comes, then stops the server.
    private struct Running: Service {
        let server: Server

        /// Signals are listened to by the time this runs, so whoever waits for the line may send one at once.
        func run() async throws {
            let settings = server.settings
            let address = Serve.address(settings.host, server.port)
            // Not by `printLine`: a server does not end because nobody reads its greeting.
            print("Apus is at \(address) and keeps its data in \(settings.data).")
            if let secret = server.setupSecret { print("Set up: \(address)/#setup=\(secret)") }
            fflush(nil)
            try await gracefulShutdown()
            await server.stop()
        }
    }
}

/// The options of `apus serve`. Their values are read by `SettingValues`, which knows the environment and the file too.
struct ServeOptions: ParsableArguments {
    @Option(help: "A JSON file with settings.")
    var config: String?

    @Option(help: "The folder with everything the server keeps (default: ./data).")
    var data: String?

    @Option(help: "The address to listen at (default: 127.0.0.1).")
    var host: String?

    @Option(help: "The port to listen at; 0 takes any that is free (default: 8080).")
    var port: Int?

    @Option(help: "Event loops; 0 means one a processor (default: 0).")
    var loops: Int?

    @Option(help: "trace, debug, info, notice, warning, error or critical (default: info).")
    var logLevel: String?

    @Option(help: "Commands a second and user (default: 20).")
    var commandsPerSecond: Int?

    @Option(help: "Commands a user may send at once after a pause (default: 60).")
    var commandBurst: Int?

    @Option(help: "Streams and waiting polls a user (default: 20).")
    var streamsPerUser: Int?

    @Option(help: "Connections an address, which behind a proxy needs --trusted-proxies (default: 0, any number).")
    var connectionsPerAddress: Int?

    @Option(
        help:
            "Reverse proxies that are believed about who asks (X-Forwarded-For), as 127.0.0.1,10.0.0.0/8 (default: none)."
    )
    var trustedProxies: String?

    @Option(help: "Who may make an account: open, invite or closed (default: invite).")
    var registration: String?

    @Option(help: "Tries to sign in a minute, for each address and each name (default: 10).")
    var signInTries: Int?

    @Option(
        help: "Pages on other servers that may use this one, as https://a.example,https://b.example (default: none).")
    var allowedOrigins: String?

    @Option(
        help: "A JWK Set: tokens (JWT) of your own application that these keys have signed are taken (default: none).")
    var jwtKeys: String?

    @Option(help: "What such a token must name as its audience (\"aud\").")
    var jwtAudience: String?

    @Option(help: "What it must name as its issuer (\"iss\"; default: anything).")
    var jwtIssuer: String?

    @Option(help: "Characters a message (default: 10000).")
    var maxText: Int?

    @Option(help: "Events that a returning client may be behind before it must take a snapshot (default: 100000).")
    var maxCatchUp: Int?
}
