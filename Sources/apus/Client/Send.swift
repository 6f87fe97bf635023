import ApusClient
import ApusServer
import ApusWire
import ArgumentParser
import Foundation

struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say something in a room, and wait until it is on the server's disk.",
        discussion: """
            Without a text, each line of the standard input is a message; up to 100 are on their way at once. However bad the network is, each is said once
            and in its order; with --file even if the command is killed: the next one that uses the file sends the rest.

            Example: apus send https://chat.example.org general "The build is green."
            """)

    @OptionGroup var options: ClientOptions

    @Argument(help: "The room.")
    var room: String

    @Argument(help: "What to say (default: the lines of the standard input).")
    var text: String?

    @Option(help: "The message's id: the same id is the same message, however often it is sent.")
    var id: String?

    func validate() throws {
        if id != nil, text == nil { throw ValidationError("--id is one message's; give its text, too.") }
    }

    func run() async throws {
        let client = try options.client()
        let (room, text, id, json, file) = (room, text, id, options.json, options.file)
        let complaints = Task {
            for await status in client.status where status.transport == nil && status.connection != .connecting {
                note(status.sentence)
            }
        }
        defer { complaints.cancel() }
        try await running(client) {
            do {
                let told = { (posted: Posted) in if json { try Self.tell(posted, room) } }
                guard let text else { return try await SendLines(client: client, room: room).run(told) }
                try told(try await client.post(text, to: room, id: id))
            } catch is CancellationError {
                throw OperatorError(
                    "Not sent, for all that is known here: the server has not answered. "
                        + (file.map { "It is kept in \($0): the next command that uses the file sends it." }
                            ?? "Nothing is kept (--file FILE keeps what waits)."))
            }
        }
    }

    private static func tell(_ posted: Posted, _ room: String) throws {
        let line: JSONValue = [
            "room": .string(room), "number": .integer(posted.number), "seq": .integer(posted.seq),
            "at": .string(posted.at), "repeated": .bool(posted.isRepeated),
        ]
        let trouble = Output.write(String(decoding: line.encoded, as: UTF8.self) + "\n", to: STDOUT_FILENO)
        // Not the quiet end of `printLine`: what follows would pass for sent.
        if trouble != 0 { throw OperatorError("\(Output.sentence(trouble)) What follows is not sent.") }
    }
}
