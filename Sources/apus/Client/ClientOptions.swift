import ApusClient
import ApusServer
import ApusWire
import ArgumentParser
import Foundation
import UnixSignals

/// What every command takes that speaks to a server as its client.
struct ClientOptions: ParsableArguments {
    @Argument(help: "The server's address, such as https://chat.example.org.")
    var url: String

    @Option(help: "The token of the user to be (default: the environment's APUS_TOKEN).")
    var token: String?

    @Option(help: "Keep the position and what is not yet sent in this file, over restarts.")
    var file: String?

    @Flag(help: "Print JSON, an object a line, instead of words.")
    var json = false

    func client() throws -> ApusClient {
        let token = try bearer(token)
        do { return try ApusClient(url: url, file: file) { token } } catch let error as ClientError {
            throw OperatorError("\(error)", isUsage: error.code == .wrongURL)
        }
    }
}

/// The token of `--token`, or of the environment.
func bearer(_ token: String?) throws -> String {
    guard let token = token ?? ProcessInfo.processInfo.environment["APUS_TOKEN"], !token.isEmpty,
        token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else {
        throw OperatorError(
            "A token is missing, or is none: --token TOKEN. Make one with: apus token NAME", isUsage: true)
    }
    return token
}

/// Runs what a command does with a client, until it is done, the server refuses the token, or a signal comes; then closes
/// the client, so that nothing is left unsaid in its file.
func running(_ client: ApusClient, _ work: @escaping @Sendable () async throws -> Void) async throws {
    let task = Task { try await work() }
    let signals = Task {
        for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
            if task.isCancelled { Foundation.exit(130) }
            task.cancel()
        }
    }
    let refused = Task {
        for await status in client.status where status.connection == .needsCredentials {
            task.cancel()
            return true
        }
        return false
    }
    let result = await task.result
    signals.cancel()
    await client.close()
    if await refused.value {
        throw OperatorError("The server does not take this token (401). Make one with: apus token NAME")
    }
    do { try result.get() } catch is CancellationError {} catch let error as ClientError {
        throw OperatorError("\(error)")
    } catch let refusal as Outbox.Refusal {
        throw OperatorError("The server refused (\(refusal.code)): \(refusal)")
    }
}
