import ApusChat
import ApusCore
import ApusWire
import HTTPTypes
import Hummingbird

/// Incoming webhooks.
extension Routes {
    /// `POST /v1/rooms/{room}/hooks` `{"name"}`: a new hook. Its address is told once.
    @Sendable
    func makeHook(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let identity = try await identity(request)
        let slug = try context.parameters.require("room")
        let body = try await Self.object(request)
        guard let name = body["name"]?.string else {
            throw Problem(.invalidField, "A hook needs \"name\", a string: whom its messages seem to come from.")
        }
        let token = BearerToken()
        let hook = try await backend.write(payer: identity) { [backend] store in
            let change = HookChange(in: store, by: identity, at: backend.hub.wallClock())
            let hook = try change.make(named: name, in: slug, token: token)
            return (hook, change.effects)
        }
        return Self.json(.created) {
            hook.encodeMembers(into: &$0)
            $0.member("url", "/v1/hooks/\(token.text)")
        }
    }

    /// `GET /v1/rooms/{room}/hooks`, for who governs the room.
    @Sendable
    func hooks(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let identity = try await identity(request)
        let slug = try context.parameters.require("room")
        let hooks = try await ofGovernedRoom(slug, by: identity) { store, room in try store.hooks(in: room) }
        return Self.json { writer in
            writer.name("hooks")
            writer.array { for hook in hooks { $0.object { hook.encodeMembers(into: &$0) } } }
        }
    }

    /// `DELETE /v1/rooms/{room}/hooks/{id}`.
    @Sendable
    func removeHook(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let identity = try await identity(request)
        let slug = try context.parameters.require("room")
        let id = try context.parameters.require("hook")
        try await backend.write { [backend] store in
            let change = HookChange(in: store, by: identity, at: backend.hub.wallClock())
            try change.remove(id, in: slug)
            return ((), change.effects)
        }
        return Response(status: .noContent, headers: [.cacheControl: "no-store"])
    }

    /// `POST /v1/hooks/{token}` `{"text"}`: says it in the hook's room. Answered with the text `ok`, as programs that
    /// know other chat servers expect.
    @Sendable
    func postByHook(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let token = BearerToken(try context.parameters.require("token"))
        let hook = try await backend.blocking { [backend] in try backend.store.hook(tokenHash: token.hash) }
        guard let hook else {
            throw Problem(.noSuchLink, "This address belongs to no webhook, or not any more; make a new one.")
        }
        let body = try await Self.object(request)
        guard let text = body["text"]?.string else {
            throw Problem(.invalidField, "Send {\"text\": \"…\"}: what the message says.")
        }
        var command: JSONObject = ["op": "message.post", "room": .string(hook.room), "text": .string(text)]
        if let id = request.headers[.idempotencyKey] { command["id"] = .string(id) }
        try await backend.run(command, as: hook.user, payer: hook.by)
        return Self.response(.ok, "text/plain; charset=utf-8", Array("ok".utf8))
    }
}

extension HTTPField.Name {
    fileprivate static let idempotencyKey = Self("Idempotency-Key")!  // a name of letters and a hyphen
}

extension Hook {
    fileprivate func encodeMembers(into writer: inout JSONWriter) {
        writer.member("id", id)
        writer.member("name", user.displayName)
        writer.member("user", user.id)
        writer.member("room", room)
        writer.member("created_at", at)
    }
}
