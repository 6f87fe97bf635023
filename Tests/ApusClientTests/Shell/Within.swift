import ApusClient
import ApusTestKit
import ApusWire

/// Runs `work`, and fails if it is not done in time.
func within<Value: Sendable>(
    _ limit: Duration = .seconds(30), what: String, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw DeliveryFailure("waited \(limit) in vain for \(what)")
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw DeliveryFailure("nothing came of \(what)") }
        return value
    }
}

extension ApusClient {
    /// Waits until something of the kind is so.
    func waits(
        for what: String, _ limit: Duration = .seconds(30), until holds: @escaping @Sendable (Status) -> Bool
    ) async throws {
        try await within(limit, what: what) {
            for await status in self.status where holds(status) { return }
            throw DeliveryFailure("the client was closed before \(what)")
        }
    }

    /// The next `count` messages that its loop brings.
    func messages(_ count: Int, _ limit: Duration = .seconds(30)) async throws -> [Message] {
        try await within(limit, what: "\(count) messages") {
            var messages: [Message] = []
            for try await event in self.events {
                if let message = Message(event) { messages.append(message) }
                if messages.count == count { break }
            }
            return messages
        }
    }
}

/// Waits until it is so.
func eventually(
    _ what: @autoclosure () -> String, _ limit: Duration = .seconds(30),
    _ holds: @escaping @Sendable () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while try await !holds() {
        guard clock.now < end else { throw DeliveryFailure("waited \(limit) in vain for \(what())") }
        try await clock.sleep(for: .milliseconds(5))
    }
}
