public import ApusWire
import NIOCore

/// What changes something. Each command is kept until the server's answer: it survives changes of the transport and, with
/// a file, restarts of the program.
extension ApusClient {
    /// Says something in a room; returns when it is on the server's disk.
    ///
    /// - Parameter id: the same id is the same message, however often it is posted. A program that takes one from what it
    ///   answers to (`"answer-\(event.seq)"`) answers once, even if it crashes in between.
    /// - Throws: `Refusal` when the server will not have it; it is then not sent again. A task that is cancelled only
    ///   stops waiting: the message is sent.
    @discardableResult
    public func post(
        _ text: String, to room: String, replyTo: Int64? = nil, id: String? = nil
    ) async throws -> Posted {
        var fields: JSONObject = ["room": .string(room), "text": .string(text)]
        if let replyTo { fields["reply_to"] = .integer(replyTo) }
        return Posted(try await command("message.post", fields, id: id))
    }

    /// As `post`, but only begins: what is begun in a row stays in that order, whoever waits for it.
    package func start(_ text: String, in room: String) -> StartedPost {
        let fields: JSONObject = ["room": .string(room), "text": .string(text)]
        return StartedPost(command: start(Self.command("message.post", fields, newCommandID())))
    }

    public func edit(_ number: Int64, in room: String, to text: String) async throws {
        try await command("message.edit", ["room": .string(room), "number": .integer(number), "text": .string(text)])
    }

    public func delete(_ number: Int64, in room: String) async throws {
        try await command("message.delete", ["room": .string(room), "number": .integer(number)])
    }

    public func join(_ room: String) async throws { try await command("room.join", ["room": .string(room)]) }

    public func leave(_ room: String) async throws { try await command("room.leave", ["room": .string(room)]) }

    /// Everything up to this message has been seen.
    public func read(_ number: Int64, in room: String) async throws {
        try await command("read", ["room": .string(room), "number": .integer(number)])
    }

    /// Tells that one is typing, or not any more: of interest only now, so it is neither kept nor waited for.
    public func typing(_ isTyping: Bool, in room: String) {
        let command = Self.command("typing", ["room": .string(room), "on": .bool(isTyping)], newCommandID())
        run { $0.add(command) }
    }

    /// Any command of the protocol, by its `op` and fields; its `ok`.
    @discardableResult
    public func command(_ op: String, _ fields: JSONObject, id: String? = nil) async throws -> JSONObject {
        let id = id ?? newCommandID()
        guard Command.isValid(id) else {
            throw Refusal(
                code: "invalid_field", detail: "An id is a string of 1 to \(Command.maximumID) characters.",
                isRetryable: false)
        }
        precondition(!Outbox.unkept.contains(op), "\(op) is not answered for; it is sent by a function of its own")
        // Before anything is waited for: what an actor says in a row stays in that order.
        return try await start(Self.command(op, fields, id)).ok
    }

    private func start(_ command: Command) -> StartedCommand {
        let started = StartedCommand(
            client: self, id: command.id ?? "", waiter: newCommandID(), end: loop.makePromise(of: JSONObject.self))
        run { $0.add(command, waiter: started.waiter) { started.end.completeWith($0) } }
        return started
    }

    private static func command(_ op: String, _ fields: JSONObject, _ id: String) -> Command {
        var fields = fields
        fields["id"] = .string(id)
        fields["op"] = .string(op)
        return Command(id: id, op: op, fields: fields)
    }
}

/// A command that is with the outbox.
struct StartedCommand: Sendable {
    fileprivate let client: ApusClient
    fileprivate let id: String
    fileprivate let waiter: String
    fileprivate let end: EventLoopPromise<JSONObject>

    /// A task that is cancelled only stops waiting.
    var ok: JSONObject {
        get async throws {
            try await withTaskCancellationHandler {
                try await end.futureResult.get()
            } onCancel: {
                client.run { $0.stopWaiting(id, waiter) }
            }
        }
    }
}

/// A message that is with the outbox.
package struct StartedPost: Sendable {
    let command: StartedCommand

    /// When it is on the server's disk; throws as `post` does.
    package var posted: Posted { get async throws { Posted(try await command.ok) } }
}

/// What was refused while nobody waited for it: after a restart of the program.
extension ApusClient {
    public struct Unsent: Sendable, Equatable {
        public let id: String
        public let op: String
        public let fields: JSONObject
        public let refusal: Refusal
    }

    public var unsent: [Unsent] {
        get async throws {
            try await ask { shell, then in
                then(
                    .success(
                        shell.outbox.entries.compactMap { entry in
                            entry.failure.map {
                                Unsent(id: entry.id, op: entry.command.op, fields: entry.command.fields, refusal: $0)
                            }
                        }))
            }
        }
    }

    /// Sends it again, after what was said since.
    public func retry(_ id: String) { run { $0.tell(.retry(id: id)) } }

    /// Gives it up.
    public func discard(_ id: String) { run { $0.tell(.delete(id: id)) } }
}
