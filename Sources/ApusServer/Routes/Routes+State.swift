import ApusChat
import ApusCore
import ApusWire
import Hummingbird

extension Routes {
    private static let maximumUsers = 1000

    /// `GET /v1/sync`: what the user sees, true at exactly `seq`; the stream goes on from `cursor`.
    @Sendable
    func sync(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let identity = try await identity(request)
        let snapshot = try await backend.blocking { [backend] in
            let snapshot = try backend.store.snapshot(for: identity.key, maximumUsers: Self.maximumUsers + 1)
            try backend.hub.loadVisibility(of: identity.key)
            return snapshot
        }
        // The snapshot may hold what is committed but not told yet; a stream cannot start past what is told.
        let hub = backend.hub
        while hub.published.seq < snapshot.seq { try await Task.sleep(for: .milliseconds(1)) }
        let (signals, token) = hub.signals(for: identity)
        return Self.json { writer in
            writer.member("cursor", Cursor(epoch: hub.epoch, seq: snapshot.seq).description)
            writer.member("epoch", hub.epoch)
            writer.member("seq", snapshot.seq)
            writer.name("user")
            identity.encode(into: &writer)
            writer.name("rooms")
            writer.array { for entry in snapshot.rooms { entry.encode(into: &$0) } }
            writer.name("users")
            writer.array { for one in snapshot.users.prefix(Self.maximumUsers) { one.encode(into: &$0) } }
            if snapshot.users.count > Self.maximumUsers { writer.member("more_users", true) }
            writer.name("settings")
            writer.value(.object(snapshot.settings))
            writer.name("signals")
            writer.array { for signal in signals { $0.raw(signal.json) } }
            writer.member("signals_to", token)
        }
    }

    /// `GET /v1/sync/users`: the people of the snapshot beyond its first thousand.
    @Sendable
    func acquaintances(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let identity = try await identity(request)
        let after = Self.text(request, "after")
        let limit = try Self.limit(request, upTo: Self.maximumUsers, otherwise: Self.maximumUsers)
        let page = try await backend.blocking { [backend] in
            try backend.store.acquaintances(of: identity.key, after: after, limit: limit)
        }
        return Self.page(page, of: "users") { $1.encode(into: &$0) }
    }

    /// `GET /v1/rooms/{room}/messages`: a page of history.
    @Sendable
    func messages(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let identity = try await identity(request)
        let slug = try context.parameters.require("room")
        let anchor = try Self.anchor(request)
        let limit = try Self.number(request, "limit", in: 1...200) ?? 50
        let page = try await backend.blocking { [backend] in
            guard let view = try backend.store.room(named: slug, as: identity.key) else { throw Problem.noRoom(slug) }
            let room = view.room
            guard
                let page = try backend.store.history(of: room.key, for: identity.key, at: anchor, limit: Int(limit))
            else { throw Problem(.notAMember, "You are not a member of \"\(slug)\"; join it with room.join first.") }
            return page
        }
        return Self.json { writer in
            writer.member("seq", page.seq)
            writer.name("messages")
            writer.array { for message in page.messages { message.encode(into: &$0) } }
            writer.member("has_more_before", page.hasMoreBefore)
            writer.member("has_more_after", page.hasMoreAfter)
        }
    }

    private static func anchor(_ request: Request) throws -> HistoryAnchor {
        var anchors: [HistoryAnchor] = []
        let range: ClosedRange<Int64> = 0...Cursor.maximumSequence
        if let number = try number(request, "before", in: range) { anchors.append(.before(number)) }
        if let number = try number(request, "after", in: range) { anchors.append(.after(number)) }
        if let number = try number(request, "around", in: range) { anchors.append(.around(number)) }
        guard anchors.count <= 1 else {
            throw Problem(.invalidField, "Give one of \"before\", \"after\" and \"around\", not several.")
        }
        return anchors.first ?? .end
    }

    static func number(_ request: Request, _ name: String, in range: ClosedRange<Int64>) throws -> Int64? {
        guard let text = request.uri.queryParameters[name[...]] else { return nil }
        guard let number = Int64(text), range.contains(number) else {
            throw Problem(
                .invalidField,
                "\"\(name)\" is a whole number from \(range.lowerBound) to \(range.upperBound), but \"\(text.prefix(20))\" came."
            )
        }
        return number
    }
}

extension Acquaintance {
    fileprivate func encode(into writer: inout JSONWriter) {
        writer.object {
            user.encodeMembers(into: &$0)
            program.encodeKind(into: &$0)
        }
    }
}

extension Identity {
    func encode(into writer: inout JSONWriter) {
        writer.object(encodeMembers)
    }

    func encodeMembers(into writer: inout JSONWriter) {
        writer.member("id", id)
        writer.member("name", name)
        writer.member("display_name", displayName)
    }
}
