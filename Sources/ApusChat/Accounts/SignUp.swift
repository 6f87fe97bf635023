package import ApusCore
package import ApusWire

/// Makes an account for who asks for one.
package struct SignUp: Sendable {
    package enum Way: Sendable {
        /// The server's first account, by the link that it printed when it started.
        case setup
        case invite(hash: [UInt8])
        case open
    }

    /// The room that a new server begins with.
    package static let firstRoom = "general"

    private let name: String
    private let displayName: String?
    private let password: PasswordHash
    private let way: Way

    package init(name: String, displayName: String?, password: PasswordHash, way: Way) {
        self.name = name
        self.displayName = displayName
        self.password = password
        self.way = way
    }

    /// Returns who was made, and what is to be told.
    package func run(in store: any ChatTransaction, at now: Timestamp) throws -> (Identity, WriteJob.Effects) {
        switch way {
        case .setup: if try store.ownerCount() > 0 { throw Problem.goneLink }
        case .invite(let hash):
            if try store.goodLink(hash: hash, kind: .invite, at: now) == nil { throw Problem.goneLink }
        case .open: break
        }
        let isOwner = if case .setup = way { true } else { false }
        let user = try store.makeAccount(
            NewUser(name: name, displayName: displayName, role: isOwner ? .owner : .member, password: password))
        if case .invite(let hash) = way { try store.useLink(hash: hash) }
        let context = CommandContext(store: store, user: user, at: now)
        try enterFirstRoom(context, asItsAdmin: isOwner)
        return (user, context.effects)
    }

    /// Who comes to a server finds somebody there: in the room that it begins with, if that is still in use. The owner
    /// makes it.
    private func enterFirstRoom(_ context: CommandContext, asItsAdmin isOwner: Bool) throws {
        if let room = try context.store.room(named: Self.firstRoom) {
            if isOwner || !room.isArchived { try context.join(context.user, to: room, as: isOwner ? .admin : .member) }
        } else if isOwner {
            let fields: JSONObject = ["kind": "public", "room": .string(Self.firstRoom), "name": "General"]
            _ = try RoomCreate(Fields(Command(id: nil, op: RoomCreate.op, fields: fields))).run(in: context)
        }
    }
}

extension Problem {
    package static let goneLink = Problem(
        .noSuchLink, "The link is not good, or not any more; ask for a new one.")
}
