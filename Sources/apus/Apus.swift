import ApusServer
import ArgumentParser
import Foundation

/// The command: a server, and what an operator does to it.
@main
struct Apus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apus",
        abstract: "Chat that stays up on any network.",
        version: Version.description,
        subcommands: [
            Serve.self, User.self, Token.self, Invite.self, RoomCommand.self, Chat.self, Send.self, Tail.self,
            Doctor.self, Bench.self,
        ])

    /// Exit codes: 0 done; 1 it could not be done; 2 the command was wrong.
    static func main() async {
        umask(0o077)  // what Apus keeps is nobody else's to read
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            fail(error)
        }
    }

    private static func fail(_ error: any Error) -> Never {
        if let error = error as? OperatorError {
            note("\(error)")
            Foundation.exit(error.isUsage ? 2 : 1)
        }
        let code = exitCode(for: error)
        if code == .success {
            printLine(message(for: error))
            Foundation.exit(0)
        }
        let text = message(for: error)
        note(text)
        Foundation.exit(code == .validationFailure ? 2 : 1)
    }
}

/// What every command that works on a data folder takes.
struct DataOptions: ParsableArguments {
    @Option(help: "The folder with the database.")
    var data = "./data"

    @Flag(help: "Print one JSON object instead of words.")
    var json = false
}
