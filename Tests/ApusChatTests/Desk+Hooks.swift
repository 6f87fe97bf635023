import ApusCore
import Synchronization

@testable import ApusChat

/// Hooks, made and removed as the routes do it.
extension Desk {
    func makeHook(
        _ name: String, in slug: String, by user: Identity, token: BearerToken = BearerToken()
    ) throws -> Hook {
        try changeHooks(by: user) { try $0.make(named: name, in: slug, token: token) }
    }

    func removeHook(_ id: String, in slug: String, by user: Identity) throws {
        try changeHooks(by: user) { try $0.remove(id, in: slug) }
    }

    private func changeHooks<T: Sendable>(
        by user: Identity, _ body: @escaping @Sendable (HookChange) throws -> T
    ) throws -> T {
        let result = SharedResult<T>()
        let job = WriteJob(payer: user.key) { [hub] store in
            let change = HookChange(in: store, by: user, at: hub.wallClock())
            let value = try body(change)
            result.value.withLock { $0 = .success(value) }
            return change.effects
        } done: { outcome in
            if case .failure(let error) = outcome { result.value.withLock { $0 = .failure(error) } }
        }
        _ = run([.job(job)])
        return try result.value.withLock(\.self)!.get()  // set by `run`, or by `done` if that has failed
    }
}

private final class SharedResult<T: Sendable>: Sendable {
    let value = Mutex<Result<T, any Error>?>(nil)
}
