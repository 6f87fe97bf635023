import Testing

@testable import apus

@MainActor
struct TasksTests {
    @Test func `what is done is not kept`() async {
        let tasks = Tasks()
        await withCheckedContinuation { done in
            for _ in 0..<3 { tasks.run {} }
            tasks.run { done.resume() }
        }
        // All on one actor and in their order: the last one's end is still to come.
        await Task.yield()
        #expect(tasks.count == 0)
    }

    @Test func `what runs can be ended`() async {
        let tasks = Tasks()
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        tasks.run {
            while !Task.isCancelled { await Task.yield() }
            continuation.finish()
        }
        #expect(tasks.count == 1)
        tasks.cancelAll()
        for await _ in stream {}
    }
}
