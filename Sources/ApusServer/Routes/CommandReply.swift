import ApusChat
import ApusCore
import ApusTransports
import ApusWire
import NIOCore

extension ServerBackend {
    /// Runs a command for a route, as if it had come in on a connection.
    /// - Parameter payer: whose allowance it takes from.
    func run(_ command: JSONObject, as user: Identity, payer: UserKey) async throws {
        let items = try Command.list(.object(command), requiresID: false)
        let half = hub.halves.randomElement()!  // a hub has at least one half
        let reply = try await half.loop.flatSubmit {
            let receiver = CommandReply(half.loop.makePromise())
            let replyTo = ReplyAddress(
                half: half.index, receiver: NIOLoopBound<any ReplyReceiver>(receiver, eventLoop: half.loop))
            self.writer.submit(Submission(user: user, payer: payer, items: items, replyTo: replyTo))
            return receiver.promise.futureResult
        }.get()
        _ = try reply.result.get()
    }
}

/// Waits for the one reply to a command.
private final class CommandReply: ReplyReceiver {
    let promise: EventLoopPromise<Reply>

    init(_ promise: EventLoopPromise<Reply>) { self.promise = promise }

    func receive(_ replies: [Reply]) { promise.succeed(replies[0]) }  // one command has one reply

    func flush() {}
}
