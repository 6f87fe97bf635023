import ApusChat
import ApusCore
import ApusWire
import Hummingbird
import Logging

/// Links that admins hand out.
extension Routes {
    private static let longest: Int64 = 10 * 365 * 24 * 3600

    /// `POST /v1/invites`
    @Sendable
    func makeInvite(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let admin = try await admin(request)
        // A link that lets nobody in is worse than none.
        if accounts.registration == .closed {
            throw Problem(
                .forbidden,
                "Nobody can make an account by an invite here, for the server runs with --registration closed; its "
                    + "operator adds people with `apus user add`.")
        }
        let body = try await fields(request, "POST /v1/invites")
        let seconds = try body.optionalNumber("expires_in", in: 1...Self.longest)
        let uses = try body.optionalNumber("uses", in: 1...1_000_000)
        let now = backend.hub.wallClock()
        let link = Link(
            id: OpaqueID.make(prefix: "l_"), kind: .invite, by: admin.identity.id, createdAt: now,
            expiresAt: seconds.map { now.later(by: $0 * 1000) }, usesLeft: uses)
        return try await hand(out: link, by: admin, for: nil)
    }

    /// `POST /v1/users/{id}/reset`
    @Sendable
    func makeReset(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let admin = try await admin(request)
        let account = try await account(try context.parameters.require("id"))
        let link = Link.reset(by: admin.identity.id, at: backend.hub.wallClock())
        return try await hand(out: link, by: admin, for: account.identity.key)
    }

    /// `GET /v1/invites`
    @Sendable
    func invites(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        _ = try await admin(request)
        let now = backend.hub.wallClock()
        let links = try await backend.blocking { [backend] in try backend.store.links(.invite) }
        return Self.json { writer in
            writer.name("invites")
            writer.array {
                for link in links where !link.isExpired(at: now) { $0.object(link.encodeMembers) }
            }
        }
    }

    /// `DELETE /v1/invites/{id}`
    @Sendable
    func revokeInvite(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        _ = try await admin(request)
        let id = try context.parameters.require("id")
        guard try await backend.write({ store in (try store.deleteLink(id, kind: .invite), []) }) else {
            throw Problem(.noSuchLink, "There is no invite \"\(id.prefix(64))\", or it is used up.")
        }
        return Response(status: .noContent)
    }

    /// The only time that the secret is told.
    private func hand(out link: Link, by admin: Account, for user: UserKey?) async throws -> Response {
        let secret = BearerToken(prefix: "\(link.kind.rawValue)_")
        try await backend.write { store in
            // What the admin was may have changed meanwhile.
            guard let now = try store.account(admin.identity.key), now.isAdmin, !now.isBanned else {
                throw Problem(.forbidden, "Only admins of the server may do this.")
            }
            if let account = try user.flatMap({ try store.account($0) }) {
                guard now.decides(over: account) else {
                    throw Problem(
                        .forbidden, "Only owners make such links for owners and admins, and nobody for the server.")
                }
                try store.checkPasswordIsTheirs(account)
            }
            try store.insertLink(link, hash: secret.hash, by: admin.identity.key, for: user)
            return ((), [])
        }
        logger.info(
            "link made", metadata: ["kind": "\(link.kind.rawValue)", "link": "\(link.id)", "by": "\(link.by)"])
        return Self.json(.created) {
            $0.member("secret", secret.text)
            link.encodeMembers(into: &$0)
        }
    }
}

extension Link {
    fileprivate func encodeMembers(into writer: inout JSONWriter) {
        writer.member("id", id)
        writer.member("by", by)
        writer.member("created_at", createdAt)
        if let expiresAt { writer.member("expires_at", expiresAt) }
        if let usesLeft { writer.member("uses_left", usesLeft) }
    }
}
