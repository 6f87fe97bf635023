import ApusCore
package import ApusWire

/// Takes a ban back. The sessions, links and hooks that it ended stay ended; tokens of the command line are good again.
package struct UserUnban: ChatCommand {
    package static let op = "user.unban"
    let user: String

    package init(_ fields: Fields) throws { user = try fields.string("user") }

    package var content: JSONValue { [.string(user)] }

    package func run(in context: CommandContext) throws -> Reply.Content {
        try context.requireServerAdmin()
        let account = try context.account(id: user)
        guard account.isBanned else { return ["seq": .integer(context.store.head)] }
        return ["seq": .integer(try context.unban(account))]
    }
}
