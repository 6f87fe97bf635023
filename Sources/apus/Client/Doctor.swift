import ApusClient
import ApusServer
import ApusWire
import ArgumentParser
import NIOPosix

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Try each transport to a server from here, and say what stands in the way.",
        discussion: """
            Exit code 0: all four work. 1: one or more do not; what to change is said.

            Example: apus doctor https://chat.example.org
            """)

    @Argument(help: "The server's address, such as https://chat.example.org.")
    var url: String

    @Option(help: "The token of any user (default: the environment's APUS_TOKEN).")
    var token: String?

    @Flag(help: "Print one JSON object instead of words.")
    var json = false

    func run() async throws {
        let token = try bearer(token)
        let endpoint: Endpoint
        do { endpoint = try Endpoint(url) } catch { throw OperatorError("\(error)", isUsage: true) }
        let examination = Examination(endpoint, token: token, on: MultiThreadedEventLoopGroup.singleton.next())
        var findings: [Finding] = []
        for await finding in examination.all {
            findings.append(finding)
            if !json { printLine(finding.words) }
        }
        let broken = findings.filter { $0.trouble != nil }
        if json {
            printLine([
                "url": .string(endpoint.url), "works": .bool(broken.isEmpty),
                "transports": .array(findings.map { .object($0.json) }),
            ])
        }
        guard !broken.isEmpty else { return }
        let names = broken.map(\.transport.rawValue).joined(separator: ", ")
        throw OperatorError(
            broken.count == findings.count
                ? "Nothing works between here and \(endpoint.url)."
                : "Chat works here over what is left, but not over: \(names).")
    }
}
