import ApusServer
import NIOCore

/// One load of `apus bench fanout`, over one transport.
struct FanoutRun: Sendable {
    struct Settings: Sendable {
        var readers: Int
        var rooms: Int
        var pace: Poster.Pace
        var size: Int
        var seconds: Double
        var warmUp: Double
        var pollEvery: TimeAmount
    }

    let settings: Settings
    let transport: Transport
    let target: BenchTarget
    let loops: Loops

    func run(_ progress: inout Progress) async throws -> FanoutResult {
        progress.title = "fanout over \(transport.words)"
        let session = try await Session(target, loops, rooms: settings.rooms)
        let readers = (0..<settings.rooms).map { room in
            settings.readers / settings.rooms + (room < settings.readers % settings.rooms ? 1 : 0)
        }
        let crowd = try await ReaderCrowd(
            LoadPlan(
                target: target, transport: transport, rooms: session.rooms, readers: readers,
                pollEvery: settings.pollEvery), loops)
        let connectSeconds = try await crowd.connect(&progress)
        let crew = try await PosterCrew([plan(session)], readers: crowd.counts, loops)
        try await crew.connect()
        let measured = try await Measurement(loops, crowd, crew).take(
            warmUp: settings.warmUp, seconds: settings.seconds, &progress)
        let verdict = try await crowd.verdict(messages: measured.posted.acknowledged)
        try await crowd.each { $0.close() }
        try await crew.each { $0.close() }
        return FanoutResult(
            settings: settings, transport: transport, readers: readers, connectSeconds: connectSeconds,
            measured: measured, verdict: verdict)
    }

    private func plan(_ session: Session) -> Poster.Plan {
        Poster.Plan(
            target: target, way: .webSocket, rooms: Array(session.rooms.indices), names: session.rooms,
            ids: "\(session.name)-0", silence: session.silence, pace: settings.pace, size: settings.size)
    }
}
