import ApusServer
import ApusWire
import NIOHTTP1

/// One load of `apus bench restart`.
struct RestartRun: Sendable {
    /// Within how many seconds everybody is to be back.
    static let limit = 30.0
    private static let texts = ["while you were away", "and now that you are back"]

    let clients: Int
    let target: BenchTarget
    let loops: Loops

    func run(_ progress: inout Progress) async throws -> RestartResult {
        progress.title = "restart"
        let session = try await Session(target, loops, rooms: 1)
        let crowd = try ClientCrowd(target, clients)
        do {
            let result = try await run(crowd, session, &progress)
            await crowd.close()
            return result
        } catch {
            await crowd.close()
            throw error
        }
    }

    private func run(
        _ crowd: ClientCrowd, _ session: Session, _ progress: inout Progress
    ) async throws -> RestartResult {
        while crowd.live < clients {
            try await pause()
            progress.say { "\(crowd.live) of \(clients) clients are live" }
        }
        let (gone, back) = try await restart(&progress)
        let away = clients - crowd.live
        try await post(0, session)
        let end = back + Int64(Self.limit * 1e9)
        while crowd.count({ !$0.messages.isEmpty }) < clients, Monotonic.now() < end {
            try await pause()
            progress.say { "\(crowd.count { !$0.messages.isEmpty }) of \(clients) clients are back" }
        }
        // Whoever has this one, has had everything before it.
        try await post(1, session)
        while crowd.count({ $0.messages.last?.text == Self.texts[1] }) < clients, Monotonic.now() < end + 5_000_000_000
        {
            try await pause()
        }
        return RestartResult(crowd.records, gone: gone, back: back, away: away, texts: Self.texts)
    }

    /// When the server was gone, and when another run of it was there.
    private func restart(_ progress: inout Progress) async throws -> (gone: Int64, back: Int64) {
        let before = try await epoch()
        var gone: Int64?
        while true {
            let now = Monotonic.now()
            do {
                if try await epoch() != before { return (gone ?? now, Monotonic.now()) }
            } catch {
                gone = gone ?? now  // it is meant to be unreachable for a while
            }
            try await pause()
            progress.say { gone == nil ? "\(clients) clients are live; restart the server now" : "the server is gone" }
        }
    }

    private func epoch() async throws -> String {
        let sync = try await target.call(.GET, "/v1/sync", on: loops.all[0])
        guard let epoch = sync["epoch"]?.string else {
            throw target.notApus("a reply to GET /v1/sync without an epoch")
        }
        return epoch
    }

    private func post(_ index: Int, _ session: Session) async throws {
        _ = try await target.call(
            .POST, "/v1/commands",
            json: [
                "id": .string("\(session.name)-\(index)"), "op": "message.post", "room": .string(session.rooms[0]),
                "text": .string(Self.texts[index]),
            ], on: loops.all[0])
    }

    private func pause() async throws {
        if Task.isCancelled { throw OperatorError("The bench was ended before it had anything to tell.") }
        try await loops.pause(50)
    }
}
