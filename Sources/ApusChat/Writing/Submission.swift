package import ApusCore
package import ApusWire

/// One or several commands of one user, run in order, answered together.
package struct Submission: Sendable {
    package let user: Identity
    /// Whose allowance the commands take from: a hook has none of its own, or many hooks would make a large one.
    package let payer: UserKey
    package let items: [Command.Item]
    package let replyTo: ReplyAddress

    /// - Parameter payer: the user where nil.
    package init(user: Identity, payer: UserKey? = nil, items: [Command.Item], replyTo: ReplyAddress) {
        self.user = user
        self.payer = payer ?? user.key
        self.items = items
        self.replyTo = replyTo
    }
}

/// Administration that needs a write transaction: accounts, tokens, rooms.
package struct WriteJob: Sendable {
    /// Who asked for it, if that takes from their allowance as a command does.
    package let payer: UserKey?
    /// Returns the events it appended, to be published after the commit.
    package let run: @Sendable (any ChatTransaction) throws -> [LogEvent]
    package let done: @Sendable (Result<Void, any Error>) -> Void

    package init(
        payer: UserKey? = nil, run: @escaping @Sendable (any ChatTransaction) throws -> [LogEvent],
        done: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        self.payer = payer
        self.run = run
        self.done = done
    }
}
