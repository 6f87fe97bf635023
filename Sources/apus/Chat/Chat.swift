import ApusClient
import ApusServer
import ArgumentParser
import Foundation

struct Chat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Talk, in the terminal.",
        discussion: """
            Rooms on the left, what is said on the right, the state of the connection at the bottom. What you say is
            kept until it is on the server's disk (✓), over whichever transport works here. /help lists the keys and
            commands; NO_COLOR turns colours off.

            Example: apus chat https://chat.example.org
            """)

    @Argument(help: "The server's address, such as https://chat.example.org.")
    var url: String

    @Option(help: "The token of the user to be (default: the environment's APUS_TOKEN).")
    var token: String?

    @Option(help: "Keep the position and what is not yet sent in this file, over restarts.")
    var file: String?

    func run() async throws {
        let token = try bearer(token)
        let client: ApusClient
        do { client = try ApusClient(url: url, file: file) { token } } catch let error as ClientError {
            throw OperatorError("\(error)", isUsage: error.code == .wrongURL)
        }
        let terminal = try Terminal()
        // As https://no-color.org has it.
        let hasColours = (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
        let session = await ChatSession(client, terminal, hasColours: hasColours)
        let result = await Task { try await session.run() }.result
        await client.close()
        terminal.restore()
        let unsent = await session.unsent
        if !unsent.isEmpty { note(Self.sentence(for: unsent, file: file)) }
        try result.get()
    }

    private static func sentence(for unsent: [PendingMessage], file: String?) -> String {
        let texts = unsent.map { "\n  \(String($0.text.visibleLine))" }.joined()
        return file.map { "Not sent yet, and kept in \($0) for the next time:\(texts)" }
            ?? "Not sent, and not kept (--file FILE keeps what waits):\(texts)"
    }
}
