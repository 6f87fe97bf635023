import ApusChat
import ApusCore
import ApusWire

extension ServerBackend {
    /// Does something in a write transaction, which may run it twice; when this returns, it is on the disk and its
    /// effects are told.
    /// - Parameter payer: whose allowance of commands it takes from.
    func write<T: Sendable>(
        payer: Identity? = nil, _ body: @escaping @Sendable (any ChatTransaction) throws -> (T, WriteJob.Effects)
    ) async throws -> T {
        let result = WriteResult<T>()
        do {
            return try await withCheckedThrowingContinuation { (done: CheckedContinuation<T, any Error>) in
                writer.submit(
                    WriteJob(
                        payer: payer?.key,
                        run: { store in
                            let (value, effects) = try body(store)
                            result.value = value
                            return effects
                        },
                        // A job that has not thrown has run.
                        done: { outcome in done.resume(with: outcome.map { result.value! }) }))
            }
        } catch is StorageFailure {
            throw Problem(
                .storageUnavailable, "The server cannot write to its disk now; nothing was changed. Try again.",
                retryAfterMilliseconds: 1000)
        }
    }

    /// A command that came in on the control socket.
    func administrate(_ json: JSONValue) async -> JSONValue {
        do {
            let command = try await blocking { try Administrator.Request(json).command() }
            let now = hub.wallClock()
            let done = try await write { store in
                let outcome = try command.run(in: store, at: now)
                return (outcome, WriteJob.Effects(events: outcome.events, receipts: outcome.receipts))
            }
            for ended in done.ended { hub.end(ended) }
            return ["ok": .object(done.ok)]
        } catch let problem as Problem {
            return ["error": .string(problem.detail)]
        } catch {
            return ["error": .string("\(error)")]
        }
    }
}

/// Carries the result from a job's run to its end.
private final class WriteResult<T: Sendable>: @unchecked Sendable {
    // Invariant for @unchecked: `run` and `done` of a job are called one after the other on the writer's thread.
    var value: T?
}
