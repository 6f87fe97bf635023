package import ApusCore
import ApusWire
import NIOConcurrencyHelpers

/// The one writer: takes everything that is waiting, runs it in one transaction, and when that is on the disk publishes
/// the events and sends the replies. Nobody hears of anything before.
package final class ChatWriter: Sendable {
    /// The most commands in one transaction, unless a single array has more.
    private static let groupLimit = 1000

    private let hub: Hub
    private let group: GroupCommit<WriterWork>
    private let isWriting = NIOLockedValueBox(true)

    /// - Parameter report: gets what an operator should see: failed writes, commands that failed unexpectedly.
    package init(
        store: any ChatStore, hub: Hub, limits: ChatLimits, report: @escaping @Sendable (String, any Error) -> Void
    ) {
        self.hub = hub
        let isWriting = isWriting
        let thread = WriterThread(store: store, hub: hub, limits: limits, report: report) { works in
            isWriting.withLockedValue { $0 = works }
        }
        group = GroupCommit(limit: Self.groupLimit, weight: \.weight) { thread.process($0) }
    }

    /// Commands of a user. The replies come to their address, also when the writer has stopped.
    package func submit(_ submission: Submission) {
        if group.submit(.submission(submission)) { return }
        let problem = Problem(.draining, "The server is going away; send the command again.")
        hub.publish([], replies: [submission.failed(problem)])
    }

    /// Administration; `done` is called on the writer's thread.
    package func submit(_ job: WriteJob) {
        if !group.submit(.job(job)) { job.done(.failure(Problem(.draining, "The server is going away."))) }
    }

    /// Stores what clients have acknowledged and tells of receipts that changed. About once a second.
    package func flushReceipts() { _ = group.submit(.receipts) }

    /// Whether the last write reached the disk.
    package var canWrite: Bool { isWriting.withLockedValue(\.self) }

    package var depth: Int { group.depth }

    /// Finishes what was submitted, then ends.
    package func stop() { group.stop() }
}

enum WriterWork: Sendable {
    case submission(Submission)
    case job(WriteJob)
    case receipts

    var weight: Int {
        switch self {
        case .submission(let submission): submission.items.count
        case .job, .receipts: 1
        }
    }
}

extension Submission {
    /// The answer when none of it happened: the first command's problem, and `not_tried` for the rest.
    func failed(_ problem: Problem) -> AddressedReplies {
        let rest = Problem(.notTried, "An earlier command of the array failed; send this one again.")
        return AddressedReplies(
            address: replyTo,
            replies: items.enumerated().map { index, item in
                Reply(id: item.id, result: .failure(index == 0 ? problem : rest))
            })
    }
}
