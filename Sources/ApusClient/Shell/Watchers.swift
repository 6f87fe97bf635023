/// Those who watch a value: each gets the newest, however slow it is, and nothing twice in a row.
struct Watchers<Value: Sendable & Equatable> {
    private var watchers: [Int: AsyncStream<Value>.Continuation] = [:]
    private var last = 0
    private var told: Value?

    mutating func tell(_ value: Value) {
        guard value != told else { return }
        told = value
        for watcher in watchers.values { watcher.yield(value) }
    }

    mutating func watch(_ continuation: AsyncStream<Value>.Continuation, _ value: Value) -> Int {
        last += 1
        continuation.yield(value)
        watchers[last] = continuation
        return last
    }

    mutating func unwatch(_ number: Int) { watchers[number] = nil }

    mutating func end() {
        for watcher in watchers.values { watcher.finish() }
        watchers = [:]
    }
}
