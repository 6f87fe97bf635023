import ApusCore
import ApusWire
import NIOCore
import NIOEmbedded

@testable import ApusChat
@testable import ApusSQLite

/// The writer's thread on a store, worked by hand.
final class Writing: ReplyReceiver {
    private let loop = EmbeddedEventLoop()
    private let hub: Hub
    private let thread: WriterThread
    private var replies: [Reply] = []

    init(_ store: SQLiteStore, limits: ChatLimits = ChatLimits()) throws {
        hub = try Hub(log: store, loops: [loop], wallClock: { Timestamp(milliseconds: 0) }, offload: { $0() })
        thread = WriterThread(
            store: store, hub: hub, limits: limits, report: { _, _ in }, works: { _ in })
    }

    func submission(_ user: Identity, _ commands: [String]) -> WriterWork {
        let json = try? JSONValue(parsing: "[\(commands.joined(separator: ","))]".utf8)
        let items = json.flatMap { try? Command.list($0, requiresID: true) } ?? []
        let address = ReplyAddress(half: 0, receiver: NIOLoopBound<any ReplyReceiver>(self, eventLoop: loop))
        return .submission(Submission(user: user, items: items, replyTo: address))
    }

    func run(_ group: [WriterWork]) -> [Reply] {
        replies = []
        thread.process(group)
        loop.run()
        return replies
    }

    func receive(_ replies: [Reply]) { self.replies += replies }
    func flush() {}
}

extension Reply.Content {
    subscript(name: String) -> JSONValue? { try? JSONValue(parsing: json)[name] }
}
