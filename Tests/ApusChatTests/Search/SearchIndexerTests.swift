import ApusCore
import ApusSQLite
import ApusWire
import Foundation
import NIOEmbedded
import Testing

@testable import ApusChat

/// The writer's real thread, held still where a test looks at its queue.
final class SearchIndexerTests: Sendable {
    private let folder: URL
    private let store: SQLiteStore
    private let hub: Hub
    private let writer: ChatWriter
    private let ada: Identity

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "apus-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try SQLiteStore(path: folder.appending(path: "apus.sqlite").path)
        try store.beginEpoch(at: Timestamp(milliseconds: 0))
        var user: Identity?
        _ = try store.write { transaction in
            let key = try transaction.insertUser(NewUser(id: "u_ada", name: "ada", role: .member, password: nil))
            let room = try transaction.insertRoom(NewRoom(slug: "one", name: "one"), by: key)
            try transaction.beginStay(of: key, in: room.key, as: .member, at: 1)
            user = try transaction.user(named: "ada")
        }
        ada = try #require(user)
        hub = try Hub(
            log: store, loops: [NIOAsyncTestingEventLoop()], wallClock: { Timestamp(milliseconds: 0) },
            offload: { $0() })
        writer = ChatWriter(store: store, hub: hub, limits: ChatLimits()) { _, _ in }
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)  // what is left in a temporary folder hurts nobody
    }

    private func post() throws {
        let (ada, hub) = (ada, hub)
        let done = DispatchSemaphore(value: 0)
        writer.submit(
            WriteJob(
                run: { store in
                    let context = CommandContext(
                        store: store, hub: hub, user: ada, id: nil, at: Timestamp(milliseconds: 0),
                        limits: ChatLimits())
                    let post = Command(id: nil, op: "message.post", fields: ["room": "one", "text": "hi"])
                    _ = try MessagePost(Fields(post)).run(in: context)
                    return context.effects
                }, done: { _ in done.signal() }))
        done.wait()
    }

    /// Waits until everything that was handed to the writer is done.
    private func finishWriting() {
        let done = DispatchSemaphore(value: 0)
        writer.submit(WriteJob(run: { _ in [] }, done: { _ in done.signal() }))
        done.wait()
    }

    /// Hands the writer a job that keeps it until `release`; `isHeld` is when it has begun.
    private func holdWriter() -> (isHeld: DispatchSemaphore, release: DispatchSemaphore) {
        let (isHeld, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        writer.submit(
            WriteJob(
                run: { _ in
                    isHeld.signal()
                    release.wait()
                    return []
                }, done: { _ in }))
        return (isHeld, release)
    }

    /// How many jobs are handed to the writer while it is held.
    private func jobs(of work: () -> Void) -> Int {
        let (isHeld, release) = holdWriter()
        isHeld.wait()
        work()
        defer { release.signal() }
        return writer.depth
    }

    private func unindexed() throws -> Int { try store.unindexedMessages(limit: 1000) }

    @Test func `what is posted is indexed, and then a tick does nothing at all`() throws {
        for _ in 0..<100 { try post() }
        #expect(try unindexed() == 100)
        let indexer = SearchIndexer(writer: writer, hub: hub) { _, _ in }
        let deadline = ContinuousClock.now + .seconds(20)
        while try unindexed() > 0 {
            try #require(.now < deadline, "the messages are not indexed")
            indexer.tick()
            finishWriting()
        }
        // The one that finds nothing left to do.
        indexer.tick()
        finishWriting()
        for _ in 0..<3 { #expect(jobs(of: indexer.tick) == 0) }
        try post()
        #expect(jobs(of: indexer.goOn) == 0)
        #expect(jobs(of: indexer.tick) == 1)
        writer.stop()
        #expect(try unindexed() == 0)
    }

    /// Three messages and a tick, whose first step makes way; after it the writer is held until `release`.
    private func makeWay() throws -> (indexer: SearchIndexer, release: DispatchSemaphore) {
        for _ in 0..<3 { try post() }
        // One message a step.
        let indexer = SearchIndexer(writer: writer, hub: hub, stepTime: .zero) { _, _ in }
        let first = holdWriter()
        first.isHeld.wait()
        indexer.tick()
        let second = holdWriter()
        first.release.signal()
        second.isHeld.wait()
        // The step is in one group with the second; whoever comes now waits for both.
        let third = holdWriter()
        second.release.signal()
        third.isHeld.wait()
        #expect(try unindexed() == 2)
        return (indexer, third.release)
    }

    @Test func `an indexer that made way for somebody goes on before the next tick`() throws {
        let (indexer, release) = try makeWay()
        #expect(writer.depth == 0)
        indexer.goOn()
        #expect(writer.depth == 1)
        release.signal()
        writer.stop()
    }

    @Test func `what comes while an indexer goes on is left to the next tick`() throws {
        let (indexer, release) = try makeWay()
        release.signal()
        try post()
        let deadline = ContinuousClock.now + .seconds(20)
        repeat {
            try #require(.now < deadline, "the messages are not indexed")
            indexer.goOn()
            finishWriting()
        } while try unindexed() > 1
        repeat {
            try #require(.now < deadline, "the last message is not indexed")
            #expect(try unindexed() == 1)
            indexer.tick()
            finishWriting()
        } while try unindexed() > 0
    }

    @Test func `who searches has everything indexed, and does not wait past the deadline`() async throws {
        let indexer = SearchIndexer(writer: writer, hub: hub) { _, _ in }
        try post()
        await indexer.catchUp(until: .now)
        #expect(try unindexed() == 1)
        await indexer.catchUp(until: .now + .seconds(20))
        #expect(try unindexed() == 0)
        try post()
        writer.stop()
        // Nothing waits for a writer that has gone.
        await indexer.catchUp(until: .now + .seconds(20))
        #expect(try unindexed() == 1)
    }
}
