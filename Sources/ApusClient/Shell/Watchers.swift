/// Those who watch a value: each gets the newest, however slow it is, and nothing twice in a row.
struct Watchers<Value: Sendable & Equatable> {
    private var watchers: [Int: AsyncStream<Value>.Continuation] = [:]
    private var last = 0
    private var told: Value?

    var count: Int { watchers.count }

    mutating func tell(_ value: Value) {
        guard value != told else { return }
        told = value
        for watcher in watchers.values { watcher.yield(value) }
    }

    /// `left` is told, once at most and on any thread, who does not watch any more.
    mutating func watch(
        _ continuation: AsyncStream<Value>.Continuation, _ value: Value, left: @escaping @Sendable (Int) -> Void
    ) {
        last += 1
        let number = last
        continuation.onTermination = { _ in left(number) }
        // Who has left before this does not say so any more.
        if case .terminated = continuation.yield(value) { return }
        watchers[number] = continuation
    }

    mutating func unwatch(_ number: Int) { watchers[number] = nil }

    mutating func end() {
        for watcher in watchers.values { watcher.finish() }
        watchers = [:]
    }
}
