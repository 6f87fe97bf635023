import Synchronization

/// The bytes that all connections together have sent of requests that are not complete, as far as it is not known that
/// somebody stands behind them. Each request is bounded; strangers can open as many as they like.
final class UnfinishedBodies: Sendable {
    private let bytes = Atomic(0)
    private let maximum: Int

    init(maximum: Int) { self.maximum = maximum }

    /// False where there is no room for these.
    func take(_ count: Int) -> Bool {
        if bytes.add(count, ordering: .relaxed).newValue <= maximum { return true }
        giveBack(count)
        return false
    }

    func giveBack(_ count: Int) { bytes.subtract(count, ordering: .relaxed) }
}
