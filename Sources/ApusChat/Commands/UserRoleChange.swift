import ApusCore
package import ApusWire

/// Changes what somebody is on this server.
package struct UserRoleChange: ChatCommand {
    package static let op = "user.role"
    let user: String
    let role: UserRole

    package init(_ fields: Fields) throws {
        user = try fields.string("user")
        guard let role = try fields.choice("role", UserRole.self) else {
            throw Problem(.invalidField, "user.role needs \"role\": \"owner\", \"admin\" or \"member\".")
        }
        self.role = role
    }

    package var content: JSONValue { [.string(user), .string(role.rawValue)] }

    package func run(in context: CommandContext) throws -> Reply.Content {
        try context.requireServerAdmin()
        let account = try context.account(id: user)
        try context.account().check(role, for: account, ownerCount: context.store.ownerCount())
        if account.role == role { return ["seq": .integer(context.store.head)] }
        try context.store.setRole(role, of: account.identity.key)
        let seq = try context.tell(Account(identity: account.identity, role: role, isBanned: account.isBanned))
        return ["seq": .integer(seq)]
    }
}
