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
    private let indexer: SearchIndexer
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
        indexer = SearchIndexer(writer: writer, hub: hub) { _, _ in }
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)  // what is left in a temporary folder hurts nobody
    }

    private func post() async throws {
        let (ada, hub) = (ada, hub)
        try await withCheckedThrowingContinuation { continuation in
            writer.submit(
                WriteJob(
                    run: { store in
                        let context = CommandContext(
                            store: store, hub: hub, user: ada, id: nil, at: Timestamp(milliseconds: 0),
                            limits: ChatLimits())
                        let post = Command(id: nil, op: "message.post", fields: ["room": "one", "text": "hi"])
                        _ = try MessagePost(Fields(post)).run(in: context)
                        return context.events
                    }, done: { continuation.resume(with: $0) }))
        }
    }

    /// How many jobs a tick hands to the writer while it is held.
    private func jobsOfTick() -> Int {
        let holding = DispatchSemaphore(value: 0)
        let release = DispatchSemaphore(value: 0)
        writer.submit(
            WriteJob(
                run: { _ in
                    holding.signal()
                    release.wait()
                    return []
                }, done: { _ in }))
        holding.wait()
        indexer.tick()
        let jobs = writer.depth
        release.signal()
        return jobs
    }

    private func unindexed() throws -> Int { try store.unindexedMessages(limit: 1000) }

    @Test func `what is posted is indexed, and then a tick does nothing at all`() async throws {
        for _ in 0..<100 { try await post() }
        #expect(try unindexed() == 100)
        let deadline = ContinuousClock.now + .seconds(20)
        while try unindexed() > 0 {
            indexer.tick()
            try #require(.now < deadline, "the messages are not indexed")
            await Task.yield()
        }
        // Now the tick that finds nothing to do; after it the indexer is at rest.
        while jobsOfTick() > 0 { try #require(.now < deadline, "every tick has work") }
        for _ in 0..<3 { #expect(jobsOfTick() == 0) }
        try await post()
        #expect(jobsOfTick() == 1)
        writer.stop()
        #expect(try unindexed() == 0)
    }

    @Test func `who searches has everything indexed, and does not wait past the deadline`() async throws {
        try await post()
        await indexer.catchUp(until: .now)
        #expect(try unindexed() == 1)
        await indexer.catchUp(until: .now + .seconds(20))
        #expect(try unindexed() == 0)
        try await post()
        writer.stop()
        // Nothing waits for a writer that has gone.
        await indexer.catchUp(until: .now + .seconds(20))
        #expect(try unindexed() == 1)
    }
}
