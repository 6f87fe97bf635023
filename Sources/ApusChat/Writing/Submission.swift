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
    /// What it has done, to be told after the commit. As an array literal: the events it appended.
    package struct Effects: Sendable, ExpressibleByArrayLiteral {
        package let events: [LogEvent]
        /// Members whose receipts are to be told anew.
        package let receipts: Set<MemberKey>
        /// Something that was deleted is to go from the store's files.
        package let wipes: Bool

        package init(events: [LogEvent], receipts: Set<MemberKey> = [], wipes: Bool = false) {
            self.events = events
            self.receipts = receipts
            self.wipes = wipes
        }

        package init(arrayLiteral events: LogEvent...) { self.init(events: events) }
    }

    package let run: @Sendable (any ChatTransaction) throws -> Effects
    package let done: @Sendable (Result<Void, any Error>) -> Void

    package init(
        payer: UserKey? = nil, run: @escaping @Sendable (any ChatTransaction) throws -> Effects,
        done: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        self.payer = payer
        self.run = run
        self.done = done
    }
}
