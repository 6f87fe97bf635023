import ApusClient
import ApusServer
import ApusWire
import ArgumentParser

struct Tail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print what is said in one's rooms, as it comes.",
        discussion: """
            From now on, or with --file from where the last one stopped. With --json each line is {"event":…}, as the
            protocol has it, or {"status":{"state","transport","waiting","sentence"}}.

            Example: apus tail https://chat.example.org --room general
            """)

    @OptionGroup var options: ClientOptions

    @Option(help: "Only this room; may be given several times.")
    var room: [String] = []

    func run() async throws {
        let client = try options.client()
        let (rooms, json) = (Set(room), options.json)
        let watching = Task { for await status in client.status { Self.tell(status, json) } }
        try await running(client) {
            while true {
                do { return try await Self.follow(client, rooms, json) } catch let error as ClientError {
                    guard error.code == .reset else { throw error }
                    note("\(error) Going on with what happens from now on.")
                }
            }
        }
        await watching.value
    }

    private static func follow(_ client: ApusClient, _ rooms: Set<String>, _ json: Bool) async throws {
        var names: [String: String] = [:]
        for try await event in client.events where rooms.isEmpty || rooms.contains(event.room ?? "") {
            if json {
                printLine(["event": .object(event.json)])
            } else if let message = Message(event) {
                if names[message.by] == nil {
                    // Who cannot be looked up is shown by the id.
                    names[message.by] = try? await client.get("/v1/users/\(message.by)")["name"]?.string
                }
                let text = message.text ?? "(deleted)"
                printLine("\(message.at) \(message.room) \(names[message.by] ?? message.by): \(text.printable)")
            }
        }
    }

    private static func tell(_ status: Status, _ json: Bool) {
        guard json else { return note(status.sentence) }
        var object: JSONObject = ["state": .string(status.state)]
        object["transport"] = status.transport.map { .string($0.rawValue) }
        object["waiting"] = .integer(Int64(status.waiting))
        object["sentence"] = .string(status.sentence)
        printLine(["status": .object(object)])
    }
}

extension Status {
    fileprivate var state: String {
        switch connection {
        case .idle: "idle"
        case .connecting: "connecting"
        case .live: "live"
        case .suspect: "suspect"
        case .reconnecting: "reconnecting"
        case .offline: "offline"
        case .needsCredentials: "needs_credentials"
        case .closed: "closed"
        }
    }
}

extension String {
    /// What somebody wrote must not command the terminal of whoever reads it.
    var printable: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    switch scalar.value {
                    case 0x0A: "⏎"
                    case 0..<0x20, 0x7F..<0xA0: "\u{FFFD}"
                    default: scalar
                    }
                }))
    }
}

extension Event {
    var json: JSONObject {
        var object: JSONObject = ["seq": .integer(seq), "type": .string(type)]
        object["room"] = room.map { .string($0) }
        object["by"] = .string(by)
        object["at"] = .string(at)
        object["id"] = id.map { .string($0) }
        object["data"] = .object(data)
        return object
    }
}
