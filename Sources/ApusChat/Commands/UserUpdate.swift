import ApusCore
package import ApusWire

/// Changes how one is shown to others.
package struct UserUpdate: ChatCommand {
    package static let op = "user.update"
    let displayName: String

    package init(_ fields: Fields) throws {
        displayName = try fields.string("display_name")
        try NewUser.checkDisplayName(displayName)
    }

    package var content: JSONValue { [.string(displayName)] }

    package func run(in context: CommandContext) throws -> Reply.Content {
        let account = try context.account()
        let user = account.identity
        // Not by `==`, for which two spellings of an accent are one.
        if user.displayName.utf8.elementsEqual(displayName.utf8) { return ["seq": .integer(context.store.head)] }
        try context.store.setDisplayName(displayName, of: user.key)
        let now = Identity(key: user.key, id: user.id, name: user.name, displayName: displayName)
        context.afterCommit.append { $0.credentials.forget(user.key) }
        let seq = try context.tell(Account(identity: now, role: account.role, isBanned: account.isBanned))
        return ["seq": .integer(seq)]
    }
}

extension CommandContext {
    /// Tells everybody what an account is now.
    func tell(_ account: Account) throws -> Int64 {
        try append("user.updated", for: .everyone) { account.encodeMembers(into: &$0, idName: "user") }
    }

    /// The account that a command is about.
    func account(id: String) throws -> Account {
        guard let account = try store.user(id: id) else {
            throw Problem(.noSuchUser, "There is no user \"\(id.prefix(64))\".")
        }
        return account
    }
}
