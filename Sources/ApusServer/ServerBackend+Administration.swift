import ApusChat
import ApusCore
import ApusWire

extension ServerBackend {
    /// A command that came in on the control socket.
    func administrate(_ json: JSONValue) async -> JSONValue {
        do {
            let command = try await blocking { try Administrator.Request(json).command() }
            let ok = try await write { try command.run(in: $0, at: .now) }
            return ["ok": .object(ok)]
        } catch let problem as Problem {
            return ["error": .string(problem.detail)]
        } catch {
            return ["error": .string("\(error)")]
        }
    }

    /// Runs something in the writer's next transaction and publishes its events; returns once it is on the disk. The
    /// body may run twice.
    func write<T: Sendable>(
        _ body: @escaping @Sendable (any ChatTransaction) throws -> (T, [LogEvent])
    ) async throws -> T {
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<T, any Error>) in
            let outcome = Outcome<T>()
            writer.submit(
                WriteJob(
                    run: { store in
                        let (value, events) = try body(store)
                        outcome.value = value
                        return events
                    },
                    done: { result in done.resume(with: result.map { outcome.value! }) }))  // set by the run
        }
    }

    /// Carries the result from a job's run to its end.
    private final class Outcome<T>: @unchecked Sendable {
        // Invariant for @unchecked: `run` and `done` of a job are called one after the other on the writer's thread.
        var value: T?
    }
}
