import ApusCore
package import ApusWire

/// Shuts somebody out of the server: their sessions and streams end, and their credentials are good for
/// nothing, and the hooks that they made end.
package struct UserBan: ChatCommand {
    package static let op = "user.ban"
    let user: String

    package init(_ fields: Fields) throws { user = try fields.string("user") }

    package var content: JSONValue { [.string(user)] }

    package func run(in context: CommandContext) throws -> Reply.Content {
        try context.requireServerAdmin()
        let account = try context.account(id: user)
        try context.account().checkBan(of: account)
        if account.isBanned { return ["seq": .integer(context.store.head)] }
        let seq = try context.ban(account)
        context.afterCommit.append { $0.end(.all(of: account.identity.key)) }
        return ["seq": .integer(seq)]
    }
}
