package import ApusCore
package import ApusWire

/// What an operator does from the command line: the same, whether a server runs or not.
package enum AdminCommand: Sendable {
    case addUser(name: String, role: UserRole, password: PasswordHash?)
    case listUsers
    case setRole(user: String, role: UserRole)
    case ban(user: String)
    case unban(user: String)
    case resetPassword(user: String, secret: BearerToken)
    /// `replaces`: those that the account had end.
    case makeToken(user: String, token: BearerToken, replaces: Bool)
    case invite(secret: BearerToken, uses: Int64?, days: Int64?)
    case createRoom(slug: String)

    /// What has been done, and what is still to be done once it is on the disk.
    package struct Outcome: Sendable {
        /// What to tell the operator.
        package var ok = JSONObject()
        /// To be published.
        package var events: [LogEvent] = []
        /// Members whose receipts are to be told anew.
        package var receipts: Set<MemberKey> = []
        /// Readers that are to end.
        package var ended: [EndedReaders] = []
    }

    /// Does it inside a write transaction.
    package func run(in store: any ChatTransaction, at now: Timestamp) throws -> Outcome {
        switch self {
        case .addUser(let name, let role, let password):
            let user = try store.makeAccount(NewUser(name: name, role: role, password: password))
            return Outcome(ok: ["id": .string(user.id), "name": .string(name), "role": .string(role.rawValue)])
        case .listUsers:
            return Outcome(ok: ["users": .array(try store.accounts().map { .object($0.json) })])
        case .setRole(let name, let role):
            let account = try Self.account(name, in: store)
            try account.checkBecoming(role, ownerCount: store.ownerCount())
            try store.setRole(role, of: account.identity.key)
            let context = try Self.context(in: store, at: now)
            let changed = Account(identity: account.identity, role: role, isBanned: account.isBanned)
            _ = try context.tell(changed)
            return Outcome(ok: changed.json, events: context.events)
        case .ban(let name):
            let account = try Self.account(name, in: store)
            try account.checkBannable()
            let context = try Self.context(in: store, at: now)
            _ = try context.ban(account)
            return Outcome(
                ok: try Self.account(name, in: store).json, events: context.events, receipts: context.receipts,
                ended: [.all(of: account.identity.key)])
        case .unban(let name):
            let account = try Self.account(name, in: store)
            let context = try Self.context(in: store, at: now)
            _ = try context.unban(account)
            return Outcome(
                ok: try Self.account(name, in: store).json, events: context.events, receipts: context.receipts)
        case .resetPassword(let name, let secret):
            let account = try Self.account(name, in: store)
            try store.checkPasswordIsTheirs(account)
            let link = Link.reset(by: NewUser.system.id, at: now)
            try store.insertLink(
                link, hash: secret.hash, by: try Self.server(in: store), for: account.identity.key)
            return Outcome(ok: ["id": .string(link.id), "secret": .string(secret.text)])
        case .makeToken(let name, let token, let replaces):
            let user = try Self.account(name, in: store).identity
            var outcome = Outcome(ok: ["token": .string(token.text), "user": .string(user.id)])
            if replaces { outcome.ended = try store.endTokens(of: user.key).map { .opened(by: user.key, with: $0) } }
            try store.insertToken(hash: token.hash, of: user.key, at: now)
            return outcome
        case .invite(let secret, let uses, let days):
            let link = Link(
                id: OpaqueID.make(prefix: "l_"), kind: .invite, by: NewUser.system.id, createdAt: now,
                expiresAt: days.map { now.later(by: $0 * 24 * 3_600_000) }, usesLeft: uses)
            try store.insertLink(link, hash: secret.hash, by: try Self.server(in: store), for: nil)
            return Outcome(ok: ["id": .string(link.id), "secret": .string(secret.text)])
        case .createRoom(let slug): return try Self.createRoom(slug, in: store, at: now)
        }
    }

    private static func account(_ name: String, in store: any ChatTransaction) throws -> Account {
        guard let user = try store.user(named: name), let account = try store.account(user.key) else {
            throw Problem(.notFound, "There is no user \"\(name)\"; add one with `apus user add NAME`.")
        }
        // Whoever had a token of it could do what nobody may take back.
        if account.role == .system {
            throw Problem(
                .forbidden, "\(name) is the account of the server itself, which is nobody's to use or change.")
        }
        return account
    }

    /// The account of the server itself, in whose name the command line acts.
    private static func server(in store: any ChatTransaction) throws -> UserKey {
        try store.user(named: NewUser.system.name)?.key ?? store.insertUser(.system)
    }

    /// What the server does in its own name.
    private static func context(in store: any ChatTransaction, at now: Timestamp) throws -> CommandContext {
        let system = NewUser.system
        let identity = Identity(
            key: try server(in: store), id: system.id, name: system.name, displayName: system.displayName)
        return CommandContext(store: store, user: identity, at: now)
    }

    /// A room without members, made by the server itself.
    private static func createRoom(
        _ slug: String, in store: any ChatTransaction, at now: Timestamp
    ) throws -> Outcome {
        guard Room.isSlug(slug) else {
            throw Problem(
                .invalidField,
                "A room's name is 2 to 64 characters of a-z, 0-9, _ and -, and does not begin with r_ or d_.")
        }
        if try store.room(named: slug) != nil { throw Problem(.roomExists, "There is a room \"\(slug)\" already.") }
        let context = try context(in: store, at: now)
        let room = try store.insertRoom(NewRoom(slug: slug, name: slug), by: context.user.key)
        let seq = try context.append("room.created", in: room, data: room.encodeCreation)
        return Outcome(ok: ["room": .string(slug), "seq": .integer(seq)], events: context.events)
    }
}

extension Account {
    fileprivate var json: JSONObject {
        [
            "id": .string(identity.id), "name": .string(identity.name), "display_name": .string(identity.displayName),
            "role": .string(role.rawValue), "banned": .bool(isBanned),
        ]
    }
}

extension Room {
    /// The data of `room.created` and `room.updated`.
    func encodeCreation(into writer: inout JSONWriter) {
        writer.member("kind", kind.rawValue)
        writer.member("name", name)
        writer.member("topic", topic)
        writer.member("history", history.rawValue)
        if kind == .direct {
            writer.name("users")
            writer.array { for person in people { $0.string(person) } }
        }
    }
}
