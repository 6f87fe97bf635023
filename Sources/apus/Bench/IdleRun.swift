import ApusServer
import Foundation
import NIOCore

/// One load of `apus bench idle`, over one transport.
struct IdleRun: Sendable {
    struct Settings: Sendable {
        var readers: Int
        var seconds: Double
        var pollEvery: TimeAmount
        var pid: Int32?
    }

    let settings: Settings
    let transport: Transport
    let target: BenchTarget
    let loops: Loops

    func run(_ progress: inout Progress) async throws -> IdleResult {
        progress.title = "idle over \(transport.words)"
        let memoryBefore = try settings.pid.map(Self.residentBytes)
        let session = try await Session(target, loops, rooms: 1)
        let crowd = try await ReaderCrowd(
            LoadPlan(
                target: target, transport: transport, rooms: session.rooms, readers: [settings.readers],
                reconnects: false, pollEvery: settings.pollEvery), loops)
        let connectSeconds = try await crowd.connect(&progress)
        let begun = Monotonic.now()
        let end = begun + Int64(settings.seconds * 1e9)
        while !Task.isCancelled, Monotonic.now() < end {
            try await loops.pause(100)
            let tally = try await crowd.tally()
            progress.say { "holding \(tally.open) of \(settings.readers) readers, \(tally.heartbeats) heartbeats" }
        }
        let held = Double(Monotonic.now() - begun) / 1e9
        let memoryAfter = try settings.pid.map(Self.residentBytes)
        let tally = try await crowd.tally()
        try await crowd.each { $0.close() }
        return IdleResult(
            settings: settings, transport: transport, connectSeconds: connectSeconds, heldSeconds: held, tally: tally,
            memoryBefore: memoryBefore, memoryAfter: memoryAfter)
    }

    private static func residentBytes(_ pid: Int32) throws -> Int {
        let path = "/proc/\(pid)/statm"
        guard let data = FileManager.default.contents(atPath: path),
            let pages = String(decoding: data, as: UTF8.self).split(separator: " ").dropFirst().first.flatMap({
                Int($0)
            })
        else {
            throw OperatorError("The memory of process \(pid) cannot be read (\(path)). Does --pid name the server?")
        }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }
}
