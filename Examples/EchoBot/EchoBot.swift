import ApusClient
import Foundation

/// Says again what it is asked to, on any network; each question is answered once, even if the bot is killed half-way.
///
///     APUS_TOKEN=$(apus token echo) swift run echo-bot http://127.0.0.1:8080
@main
struct EchoBot {
    static func main() async throws {
        let url = CommandLine.arguments.dropFirst().first ?? "http://127.0.0.1:8080"
        let token = ProcessInfo.processInfo.environment["APUS_TOKEN"] ?? ""
        let client = try ApusClient(url: url, file: "echo-bot.json") { token }

        Task { for await status in client.status { print(status.sentence) } }

        for try await event in client.events {
            guard let message = Message(event), let text = message.text, text.hasPrefix("!echo ") else { continue }
            do {
                // An id that comes from the question: the same answer, however often it is given.
                try await client.post(
                    String(text.dropFirst(6)), to: message.room, replyTo: message.number, id: "echo-\(message.seq)")
            } catch let refusal as Refusal {
                print(refusal)
            }
        }
    }
}
