import ApusCore
import ApusSQLite
import ApusWire
import Foundation
import NIOCore
import NIOEmbedded
import Synchronization

@testable import ApusChat

/// The writer's thread with a database of its own, worked by hand: groups go in, replies come out.
final class Desk: ReplyReceiver {
    final class Clock: Sendable {
        let now = Mutex(Timestamp(milliseconds: 1_700_000_000_000))
        func advance(milliseconds: Int64) { now.withLock { $0.milliseconds += milliseconds } }
    }

    let url: URL
    let store: SQLiteStore
    let loop = EmbeddedEventLoop()
    let hub: Hub
    let clock = Clock()
    let thread: WriterThread
    private var replies: [Reply] = []

    init(limits: ChatLimits = ChatLimits()) throws {
        url = FileManager.default.temporaryDirectory.appending(path: "apus-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        store = try SQLiteStore(path: url.appending(path: "apus.sqlite").path)
        try store.beginEpoch(at: Timestamp(milliseconds: 0))
        hub = try Hub(
            log: store, loops: [loop], wallClock: { [clock] in clock.now.withLock(\.self) }, offload: { $0() })
        thread = WriterThread(store: store, hub: hub, limits: limits, report: { _, _ in }, works: { _ in })
    }

    deinit {
        try? FileManager.default.removeItem(at: url)  // what is left in a temporary folder hurts nobody
    }

    func user(_ name: String) throws -> Identity {
        var user: Identity?
        _ = try store.write {
            try $0.insertUser(NewUser(id: "u_\(name)", name: name, role: .member, password: nil))
            user = try $0.user(named: name)
        }
        return user!  // inserted a line above
    }

    func submission(_ user: Identity, _ json: String) throws -> WriterWork {
        let items = try Command.list(try JSONValue(parsing: json.utf8), requiresID: false)
        return .submission(submission(user, items))
    }

    func submission(_ user: Identity, payer: UserKey? = nil, _ items: [Command.Item]) -> Submission {
        let address = ReplyAddress(half: 0, receiver: NIOLoopBound<any ReplyReceiver>(self, eventLoop: loop))
        return Submission(user: user, payer: payer, items: items, replyTo: address)
    }

    /// Runs a group and returns its replies, in order.
    func run(_ group: [WriterWork]) -> [Reply] {
        replies = []
        thread.process(group)
        loop.run()
        return replies
    }

    func send(_ user: Identity, _ json: String) throws -> [Reply] { run([try submission(user, json)]) }

    /// The one reply's `ok`, or its problem thrown.
    @discardableResult
    func ok(_ user: Identity, _ json: String) throws -> JSONObject {
        try send(user, json)[0].result.get().object
    }

    func problem(_ user: Identity, _ json: String) throws -> ProblemCode? { try send(user, json)[0].problem }

    func receive(_ replies: [Reply]) { self.replies += replies }
    func flush() {}
}

extension Reply.Content {
    var object: JSONObject {
        get throws { try JSONValue(parsing: json).object ?? [:] }
    }

    subscript(name: String) -> JSONValue? { try? object[name] }
}

extension Reply {
    var problem: ProblemCode? {
        if case .failure(let problem) = result { problem.code } else { nil }
    }
}
