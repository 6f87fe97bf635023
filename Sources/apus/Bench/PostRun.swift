import ApusServer

/// One load of `apus bench post`, over one way.
struct PostRun: Sendable {
    struct Settings: Sendable {
        var connections: Int
        var inFlight: Int
        var rooms: Int
        var size: Int
        var seconds: Double
        var warmUp: Double
    }

    let settings: Settings
    let way: Poster.Way
    let target: BenchTarget
    let loops: Loops

    func run(_ progress: inout Progress) async throws -> PostResult {
        progress.title = "post over \(way == .http ? "HTTP" : "WebSocket")"
        let session = try await Session(target, loops, rooms: settings.rooms)
        let plans = (0..<settings.connections).map { connection in
            Poster.Plan(
                target: target, way: way, rooms: [connection % settings.rooms], names: session.rooms,
                ids: "\(session.name)-\(connection)", silence: session.silence,
                pace: .acknowledged(inFlight: settings.inFlight), size: settings.size)
        }
        let crew = try await PosterCrew(plans, readers: [], loops)
        try await crew.connect()
        let measured = try await Measurement(loops, nil, crew).take(
            warmUp: settings.warmUp, seconds: settings.seconds, &progress)
        try await crew.each { $0.close() }
        var verdict = Verdict()
        for (room, head) in try await session.heads().enumerated() {
            verdict.lost += max(0, measured.posted.acknowledged[room] - head)
            verdict.doubled += max(0, head - measured.posted.posted[room])
        }
        return PostResult(settings: settings, way: way, measured: measured, verdict: verdict)
    }
}
