import Synchronization

/// The last seq that a stream has been sent: written on its loop, read where `ack` commands are checked.
package final class SentPosition: Sendable {
    package let user: UserKey
    package let scope: Scope
    package let observes: Bool
    private let value: Atomic<Int64>

    init(user: UserKey, scope: Scope, observes: Bool, seq: Int64) {
        self.user = user
        self.scope = scope
        self.observes = observes
        value = Atomic(seq)
    }

    package var seq: Int64 {
        get { value.load(ordering: .acquiring) }
        set { value.store(newValue, ordering: .releasing) }
    }
}
