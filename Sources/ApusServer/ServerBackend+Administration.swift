import ApusChat
import ApusWire

extension ServerBackend {
    /// A command that came in on the control socket.
    func administrate(_ json: JSONValue) async -> JSONValue {
        do {
            let command = try await blocking { try Administrator.Request(json).command() }
            let ok = try await withCheckedThrowingContinuation { (done: CheckedContinuation<JSONObject, any Error>) in
                let result = Outcome()
                writer.submit(
                    WriteJob(
                        run: { store in
                            let (ok, events) = try command.run(in: store, at: .now)
                            result.ok = ok
                            return events
                        },
                        done: { outcome in done.resume(with: outcome.map { result.ok }) }))
            }
            return ["ok": .object(ok)]
        } catch let problem as Problem {
            return ["error": .string(problem.detail)]
        } catch {
            return ["error": .string("\(error)")]
        }
    }

    /// Carries the result from a job's run to its end.
    private final class Outcome: @unchecked Sendable {
        // Invariant for @unchecked: `run` and `done` of a job are called one after the other on the writer's thread.
        var ok = JSONObject()
    }
}
