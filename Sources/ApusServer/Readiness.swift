import ApusChat
import Synchronization

/// Whether a load balancer should send people here.
final class Readiness: Sendable {
    enum State: String {
        case ready, draining
        case cannotWrite = "cannot_write"
    }

    private let writer: ChatWriter
    private let isDraining = Atomic<Bool>(false)

    init(writer: ChatWriter) { self.writer = writer }

    var state: State {
        if isDraining.load(ordering: .relaxed) { return .draining }
        return writer.canWrite ? .ready : .cannotWrite
    }

    func drain() { isDraining.store(true, ordering: .relaxed) }
}
