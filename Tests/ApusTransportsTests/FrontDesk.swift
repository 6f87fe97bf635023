import ApusCore
import ApusWire
import Logging
import NIOCore
import NIOEmbedded
import Synchronization

@testable import ApusTransports

/// A log with nothing in it.
struct EmptyLog: Log {
    func epochs() throws -> [Epoch] { [Epoch(name: "e1", firstSeq: 1)] }
    func head() throws -> Int64 { 0 }
    func events(
        visibleTo visibility: Visibility, in scope: Scope, after: Int64, through: Int64, limit: Int, bytes: Int
    ) throws -> LogPage { LogPage(events: [], through: through) }
    func visibility(of user: UserKey) throws -> (visibility: Visibility, head: Int64) {
        (Visibility(user: user, stays: []), 0)
    }
}

/// Knows the tokens `ada` and `bob`, and keeps commands until the test answers them.
final class FakeBackend: Backend {
    let hub: Hub
    let allowance = CommandAllowance(perSecond: 20, burst: 50)
    let submitted = Mutex<[(items: [Command.Item], replyTo: ReplyAddress)]>([])

    let tickets = Mutex(["good": "ada"])
    let origins = AllowedOrigins(["https://chat.example"])

    init(hub: Hub) { self.hub = hub }

    func known(token: String) -> Recognition {
        switch token {
        case "ada": somebody(1, "ada", "Ada")
        case "bob": somebody(2, "bob", "Bob")
        case "late": .unknown
        default: .nobody
        }
    }

    private func somebody(_ key: Int64, _ name: String, _ displayName: String) -> Recognition {
        let identity = Identity(key: UserKey(key), id: "u_\(name)", name: name, displayName: displayName)
        return .somebody(Credential(identity: identity, id: "s_\(name)"))
    }

    func load(token: String) throws {}
    func redeem(ticket: String) -> String? { tickets.withLock { $0.removeValue(forKey: ticket) } }
    func knownRooms(named names: [String]) -> Set<RoomKey>? { [] }
    func rooms(named names: [String]) throws -> Set<RoomKey> { [] }
    func offload(_ work: @escaping @Sendable () -> Void) { work() }

    func submit(_ items: [Command.Item], of user: Identity, replyTo: ReplyAddress) {
        submitted.withLock { $0.append((items, replyTo)) }
    }
}

/// One connection of the front, without a socket: text goes in, text comes out.
final class FrontDesk {
    let loop = EmbeddedEventLoop()
    let channel: EmbeddedChannel
    let hub: Hub
    let backend: FakeBackend

    init(unfinishedBytes: Int = 1024) throws {
        hub = try Hub(
            log: EmptyLog(), loops: [loop], wallClock: { Timestamp(milliseconds: 0) }, offload: { $0() })
        backend = FakeBackend(hub: hub)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let front = Front(
            backend: backend, router: RouterBridge(logger: logger) { _, _, _ in }, timeouts: FrontTimeouts(),
            unfinishedBytes: unfinishedBytes, logger: logger)
        channel = EmbeddedChannel(loop: loop)
        try front.initialize(channel).wait()
        channel.connect(to: try SocketAddress(unixDomainSocketPath: "/none"), promise: nil)
        loop.run()
    }

    /// What the server says to this.
    @discardableResult
    func send(_ text: String) throws -> String {
        try channel.writeInbound(ByteBuffer(string: text))
        return try answers()
    }

    func answers() throws -> String {
        loop.run()
        var text = ""
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
        return text
    }

    func post(_ body: String, _ path: String = "/v1/commands", headers: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\nContent-Type: application/json\r\n\(headers)"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    func get(_ target: String, _ headers: String = "", method: String = "GET") -> String {
        "\(method) \(target) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n\(headers)\r\n"
    }

    /// Answers the oldest commands that wait.
    func reply(_ results: [Reply]? = nil) {
        let (items, address) = backend.submitted.withLock { $0.removeFirst() }
        let replies = results ?? items.map { Reply(id: $0.id, result: .success(["done": true])) }
        hub.publish([], replies: [AddressedReplies(address: address, replies: replies)])
    }

    func advance(_ time: TimeAmount) throws -> String {
        loop.advanceTime(by: time)
        return try answers()
    }
}
