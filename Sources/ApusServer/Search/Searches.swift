import ApusChat
import ApusCore
import ApusTransports
import ApusWire
import NIOConcurrencyHelpers
import NIOPosix

/// Runs searches on threads of their own, so that streams never wait for one, and lets nobody fill the queue.
final class Searches: Sendable {
    /// Of one user, running and waiting: somebody who types fast has as many.
    private static let perUser = 4
    /// How long a search looks on before it answers with what it has found.
    private static let searchTime: Duration = .milliseconds(500)
    /// Further behind than this the index comes in the background, and a search does not wait for it.
    private static let worthWaiting = 5_000
    private static let waitingTime: Duration = .seconds(1)

    private let store: any ChatStore
    private let indexer: SearchIndexer
    private let threads = NIOThreadPool(numberOfThreads: 2)
    private let running = NIOLockedValueBox<[UserKey: Int]>([:])

    init(store: any ChatStore, indexer: SearchIndexer) {
        self.store = store
        self.indexer = indexer
        threads.start()
    }

    /// Events that the index has not seen.
    var behind: Int { indexer.behind }

    func stop() { threads.shutdownGracefully { _ in } }

    struct Question: Sendable {
        let query: SearchQuery
        let room: String?
        let by: String?
        let before: Int64
        let limit: Int
    }

    /// Finds everything that was committed when it was asked.
    func answer(_ question: Question, for user: Identity) async throws -> SearchPage {
        try enter(user.key)
        defer { leave(user.key) }
        let store = store
        let behind = try await threads.runIfActive { try store.unindexedMessages(limit: Self.worthWaiting) }
        if 0 < behind, behind < Self.worthWaiting { await indexer.catchUp(until: .now + Self.waitingTime) }
        return try await threads.runIfActive { try Self.search(question, for: user, in: store) }
    }

    private static func search(
        _ question: Question, for user: Identity, in store: any ChatStore
    ) throws -> SearchPage {
        let room = try question.room.map { (slug: $0, found: try store.room(named: $0)) }
        // Asked of a room that is not there too, so that both answers take as long.
        let key = room.map { $0.found?.key ?? RoomKey(0) }
        let page = try store.search(
            SearchRequest(
                question.query, by: user.key, in: key, from: question.by, before: question.before,
                limit: question.limit, within: searchTime))
        if let page { return page }
        let slug = room?.slug ?? ""
        if room?.found?.kind == .public {
            throw Problem(.notAMember, "You are not a member of \"\(slug)\"; join it with room.join first.")
        }
        throw Problem(.noSuchRoom, "There is no room \"\(slug.prefix(64))\", or you may not see it.")
    }

    private func enter(_ user: UserKey) throws {
        try running.withLockedValue { running in
            guard running[user, default: 0] < Self.perUser else {
                throw LimitReached(
                    RateLimitPolicy("searches", quota: Self.perUser, window: nil),
                    "\(Self.perUser) of your searches are not answered yet; wait for one of them.",
                    retryAfterMilliseconds: 1000)
            }
            running[user, default: 0] += 1
        }
    }

    private func leave(_ user: UserKey) {
        running.withLockedValue { running in
            let rest = running[user, default: 1] - 1
            running[user] = rest > 0 ? rest : nil
        }
    }
}
