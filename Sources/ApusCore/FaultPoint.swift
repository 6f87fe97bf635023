#if DEBUG
    import Foundation
    import Synchronization
#endif

/// Places where the crash tests stop the process dead. In release builds nothing of it is left.
package enum FaultPoint: String, Sendable {
    case afterInsert = "after-insert"
    case afterCommit = "after-commit"
    case beforeReply = "before-reply"
    case inMigration = "in-migration"

    /// Kills the process with SIGKILL when `APUS_FAULT=POINT:N` names this point and it is reached for the Nth time.
    @inline(__always)
    package static func reach(_ point: FaultPoint) {
        #if DEBUG
            guard let wanted, wanted.point == point else { return }
            if reached.add(1, ordering: .relaxed).newValue == wanted.count { kill(getpid(), SIGKILL) }
        #endif
    }

    #if DEBUG
        private static let reached = Atomic<Int>(0)
        private static let wanted: (point: FaultPoint, count: Int)? = {
            let parts = ProcessInfo.processInfo.environment["APUS_FAULT"]?.split(separator: ":") ?? []
            guard parts.count == 2, let point = FaultPoint(rawValue: String(parts[0])), let count = Int(parts[1]) else {
                return nil
            }
            return (point, count)
        }()
    #endif
}
