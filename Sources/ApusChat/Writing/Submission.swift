package import ApusCore
package import ApusWire

/// One or several commands of one user, run in order, answered together.
package struct Submission: Sendable {
    package let user: Identity
    package let items: [Command.Item]
    package let replyTo: ReplyAddress

    package init(user: Identity, items: [Command.Item], replyTo: ReplyAddress) {
        self.user = user
        self.items = items
        self.replyTo = replyTo
    }
}

/// Administration that needs a write transaction: accounts, tokens, rooms.
package struct WriteJob: Sendable {
    /// Returns the events it appended, to be published after the commit.
    package let run: @Sendable (any ChatTransaction) throws -> [LogEvent]
    package let done: @Sendable (Result<Void, any Error>) -> Void

    package init(
        run: @escaping @Sendable (any ChatTransaction) throws -> [LogEvent],
        done: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        self.run = run
        self.done = done
    }
}
