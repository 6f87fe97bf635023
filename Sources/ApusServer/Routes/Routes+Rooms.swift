import ApusChat
import ApusCore
import ApusWire
import Hummingbird

extension Routes {
    private static let maximumPage = 1000

    /// `GET /v1/rooms`: the public rooms.
    @Sendable
    func rooms(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let identity = try await identity(request)
        let after = Self.text(request, "after")
        let limit = try Self.limit(request, upTo: Self.maximumPage, otherwise: Self.maximumPage)
        let archived = try Self.number(request, "archived", in: 0...1) == 1
        let page = try await backend.blocking { [backend] in
            try backend.store.publicRooms(for: identity.key, after: after, limit: limit, archived: archived)
        }
        return Self.page(page, of: "rooms") { writer, item in
            writer.object {
                item.room.encodeMembers(into: &$0)
                $0.member("member", item.isMember)
            }
        }
    }

    /// `GET /v1/rooms/{room}`: sync's entry for one room; of a public one that one is not in, what there is to see.
    @Sendable
    func room(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let identity = try await identity(request)
        let slug = try context.parameters.require("room")
        let view = try await backend.blocking { [backend] in
            guard let view = try backend.store.room(named: slug, as: identity.key) else { throw Problem.noRoom(slug) }
            return view
        }
        return Self.json { writer in
            writer.member("seq", view.seq)
            if let entry = view.entry {
                entry.encodeMembers(into: &writer)
            } else {
                view.room.encodeMembers(into: &writer)
            }
            writer.member("member", view.entry != nil)
        }
    }

    /// `GET /v1/rooms/{room}/members`: who is in it, and how far each has come.
    @Sendable
    func members(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let identity = try await identity(request)
        let slug = try context.parameters.require("room")
        let after = Self.text(request, "after")
        let limit = try Self.limit(request, upTo: Self.maximumPage, otherwise: 100)
        let page = try await backend.blocking { [backend] in
            guard let view = try backend.store.room(named: slug, as: identity.key) else { throw Problem.noRoom(slug) }
            guard view.entry != nil else {
                throw Problem(.notAMember, "You are not a member of \"\(slug)\"; join it with room.join first.")
            }
            return try backend.store.members(of: view.room.key, after: after, limit: limit)
        }
        return Self.page(page, of: "members") { writer, member in
            writer.object {
                member.user.encodeMembers(into: &$0)
                member.program.encodeKind(into: &$0)
                $0.member("role", member.role.rawValue)
                $0.member("since", member.since)
                $0.member("delivered", member.progress.delivered)
                $0.member("read", member.progress.read)
            }
        }
    }

    /// `GET /v1/rooms/{room}/bans`: who may not be in it, for who governs it.
    @Sendable
    func bans(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (identity, slug) = (try await identity(request), try context.parameters.require("room"))
        let after = Self.text(request, "after")
        let limit = try Self.limit(request, upTo: Self.maximumPage, otherwise: 100)
        let page = try await ofGovernedRoom(slug, by: identity) { store, room in
            try store.banned(from: room, after: after, limit: limit)
        }
        return Self.page(page, of: "users") { writer, user in writer.object(user.encodeMembers) }
    }

    /// Reads something of a room for who governs it.
    func ofGovernedRoom<T: Sendable>(
        _ slug: String, by user: Identity, _ read: @escaping @Sendable (any ChatStore, RoomKey) throws -> T
    ) async throws -> T {
        try await backend.blocking { [store = backend.store] in
            guard let view = try store.room(named: slug, as: user.key) else { throw Problem.noRoom(slug) }
            try view.requireGovernor(store.account(user.key))
            return try read(store, view.room.key)
        }
    }

    // MARK: pages

    static func text(_ request: Request, _ name: String) -> String {
        request.uri.queryParameters[name[...]].map(String.init) ?? ""
    }

    static func limit(_ request: Request, upTo maximum: Int, otherwise: Int) throws -> Int {
        try number(request, "limit", in: 1...Int64(maximum)).map { Int($0) } ?? otherwise
    }

    static func page<Item>(
        _ page: Page<Item>, of name: StaticString, _ encode: (inout JSONWriter, Item) -> Void
    ) -> Response {
        json { writer in
            writer.member("seq", page.seq)
            writer.name(name)
            writer.array { for item in page.items { encode(&$0, item) } }
            writer.member("more", page.hasMore)
        }
    }
}

extension Room {
    func encodeMembers(into writer: inout JSONWriter) {
        writer.member("room", slug)
        writer.member("kind", kind.rawValue)
        writer.member("name", name)
        writer.member("topic", topic)
        writer.member("history", history.rawValue)
        writer.member("archived", isArchived)
        writer.member("members", memberCount)
        if kind == .direct {
            writer.name("users")
            writer.array { for person in people { $0.string(person) } }
        }
    }
}

extension RoomEntry {
    func encode(into writer: inout JSONWriter) { writer.object(encodeMembers) }

    func encodeMembers(into writer: inout JSONWriter) {
        room.encodeMembers(into: &writer)
        writer.member("role", role.rawValue)
        writer.member("since", since)
        writer.member("hooks", hooks)
        writer.member("notifications", notifications.rawValue)
        writer.member("mentions", mentions)
        writer.member("head", room.head)
        writer.member("read", read)
        if let lastMessage {
            writer.name("last_message")
            lastMessage.encode(into: &writer)
        }
    }
}
