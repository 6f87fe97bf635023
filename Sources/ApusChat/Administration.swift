package import ApusCore
package import ApusWire

/// What an operator does from the command line: the same, whether a server runs or not.
package enum AdminCommand: Sendable {
    case addUser(name: String, role: UserRole, password: PasswordHash?)
    case makeToken(user: String, token: BearerToken)
    case createRoom(slug: String)

    /// Does it inside a write transaction. Returns what to tell the operator, and the events to publish.
    package func run(in store: any ChatTransaction, at now: Timestamp) throws -> (JSONObject, [LogEvent]) {
        switch self {
        case .addUser(let name, let role, let password):
            return (try Self.addUser(name, role, password, in: store), [])
        case .makeToken(let name, let token):
            guard let user = try store.user(named: name) else {
                throw Problem(.notFound, "There is no user \"\(name)\"; add one with `apus user add NAME`.")
            }
            try store.insertToken(hash: token.hash, of: user.key, at: now)
            return (["token": .string(token.text), "user": .string(user.id)], [])
        case .createRoom(let slug): return try Self.createRoom(slug, in: store, at: now)
        }
    }

    private static func addUser(
        _ name: String, _ role: UserRole, _ password: PasswordHash?, in store: any ChatTransaction
    ) throws -> JSONObject {
        guard NewUser.isName(name) else {
            throw Problem(.invalidField, "A user's name is 2 to 32 characters of a-z, 0-9, _ and -.")
        }
        if try name == NewUser.system.name || store.user(named: name) != nil {
            throw Problem(.invalidField, "There is a user \"\(name)\" already.")
        }
        let user = NewUser(name: name, role: role, password: password)
        try store.insertUser(user)
        return ["id": .string(user.id), "name": .string(name), "role": .string(role.rawValue)]
    }

    /// A room without members, made by the server itself.
    private static func createRoom(
        _ slug: String, in store: any ChatTransaction, at now: Timestamp
    ) throws -> (JSONObject, [LogEvent]) {
        guard Room.isSlug(slug) else {
            throw Problem(
                .invalidField,
                "A room's name is 2 to 64 characters of a-z, 0-9, _ and -, and does not begin with r_ or d_.")
        }
        if try store.room(named: slug) != nil { throw Problem(.roomExists, "There is a room \"\(slug)\" already.") }
        let maker = try store.user(named: NewUser.system.name)?.key ?? store.insertUser(.system)
        let room = try store.insertRoom(NewRoom(slug: slug, name: slug), by: maker)
        var data = JSONWriter()
        data.object(room.encodeCreation)
        let event = LogEvent(
            seq: store.head + 1, audience: .room(room.key), type: "room.created", room: slug, by: NewUser.system.id,
            at: now, id: nil, data: data.bytes)
        try store.append(event, by: maker)
        return (["room": .string(slug), "seq": .integer(event.seq)], [event])
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
