import ApusChat
import ApusCore
import ApusTransports
import ApusWire
import HTTPTypes
import Hummingbird
import Logging

/// Signing in and out.
extension Routes {
    /// `POST /v1/sessions`
    @Sendable
    func signIn(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try checkOrigin(request)
        let body = try await fields(request, "POST /v1/sessions").read
        let signedIn = try await accounts.signIn(
            name: try body.string("name"), password: try body.string("password"), visitor(request))
        return Self.signedIn(signedIn, request)
    }

    /// `POST /v1/accounts`
    @Sendable
    func signUp(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try checkOrigin(request)
        let body = try await fields(request, "POST /v1/accounts").read
        let signedIn = try await accounts.signUp(
            name: try body.string("name"), displayName: try body.optionalString("display_name"),
            password: try body.string("password"), setup: try body.optionalString("setup"),
            invite: try body.optionalString("invite"), visitor(request))
        return Self.signedIn(signedIn, request)
    }

    /// `POST /v1/password`: changes one's own, or sets one by a link.
    @Sendable
    func password(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try checkOrigin(request)
        let body = try await fields(request, "POST /v1/password").read
        let new = try body.string("new")
        if let secret = try body.optionalString("reset") {
            return Self.signedIn(try await accounts.resetPassword(secret, new, visitor(request)), request)
        }
        let (credential, _) = try await credential(request)
        try await accounts.changePassword(try body.string("old"), new, by: credential, visitor(request))
        return Response(status: .noContent)
    }

    /// `GET /v1/sessions`
    @Sendable
    func sessions(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (credential, _) = try await credential(request)
        let sessions = try await backend.blocking { [backend] in
            try backend.store.sessions(of: credential.identity.key)
        }
        return Self.json { writer in
            writer.name("sessions")
            writer.array {
                for session in sessions {
                    $0.object { writer in
                        writer.member("id", session.id)
                        writer.member("created_at", session.createdAt)
                        writer.member("used_at", session.usedAt)
                        writer.member("expires_at", session.expiresAt)
                        writer.member("label", session.label)
                        writer.member("current", session.id == credential.id)
                    }
                }
            }
        }
    }

    /// `DELETE /v1/sessions/{id|current}`
    @Sendable
    func endSession(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (credential, _) = try await credential(request)
        let named = try context.parameters.require("id")
        let id = named == "current" ? credential.id : named
        let user = credential.identity.key
        let isEnded = try await backend.write { store in (try store.endSession(id, of: user), []) }
        guard isEnded else {
            throw Problem(.notFound, "You have no session \"\(named.prefix(64))\"; GET /v1/sessions lists yours.")
        }
        end([id], of: credential.identity)
        return Self.signedOut(id == credential.id)
    }

    /// `DELETE /v1/sessions`: all, or with `others=1` all but this one.
    @Sendable
    func endSessions(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (credential, _) = try await credential(request)
        let others = request.uri.queryParameters["others"]
        if let others, others != "1" {
            throw Problem(.invalidField, "\"others\" is 1, or is not there, but \"\(others.prefix(20))\" came.")
        }
        let keepsThis = others == "1"
        let user = credential.identity.key
        let ended = try await backend.write { store in
            (try store.endSessions(of: user, except: keepsThis ? credential.id : nil), [])
        }
        end(ended, of: credential.identity)
        return Self.signedOut(ended.contains(credential.id))
    }

    private func end(_ sessions: [String], of user: Identity) {
        for session in sessions { backend.hub.end(.opened(by: user.key, with: session)) }
        logger.info("sessions ended", metadata: ["user": "\(user.id)", "sessions": "\(sessions.count)"])
    }

    /// `POST /v1/tickets`
    @Sendable
    func ticket(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (_, presented) = try await credential(request)
        let (ticket, expiresAt) = try backend.issueTicket(for: presented.token)
        return Self.json(.created) {
            $0.member("ticket", ticket)
            $0.member("expires_at", expiresAt)
        }
    }

    // MARK: answers

    private static func signedIn(_ signedIn: SignedIn, _ request: Request) -> Response {
        var response = json(.created) { writer in
            writer.member("token", signedIn.token.text)
            writer.member("expires_at", signedIn.session.expiresAt)
            writer.name("user")
            signedIn.user.encode(into: &writer)
        }
        // Only the page knows whether a proxy in front speaks TLS.
        let isSecure = request.headers[.origin]?.lowercased().hasPrefix("https://") == true
        for (name, value) in [
            (Presented.cookieName, signedIn.token.text), (DeviceCookies.cookieName, signedIn.device),
        ] {
            response.headers.append(HTTPField(name: .setCookie, value: cookie(name, value, isSecure: isSecure)))
        }
        return response
    }

    /// The browser keeps it for as long as browsers keep any; how long it is good, the server says.
    private static func cookie(_ name: String, _ value: String, isSecure: Bool) -> String {
        "\(name)=\(value); Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")"
    }

    private static func signedOut(_ isCurrent: Bool) -> Response {
        var response = Response(status: .noContent)
        if isCurrent {
            response.headers[.setCookie] = "\(Presented.cookieName)=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
        }
        return response
    }
}
