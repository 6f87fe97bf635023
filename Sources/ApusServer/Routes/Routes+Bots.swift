import ApusChat
import ApusWire
import Hummingbird

/// Accounts of programs.
extension Routes {
    /// `POST /v1/bots` `{"name","display_name"?}`, for the server's admins: an account with a token, which is told once.
    @Sendable
    func makeBot(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let identity = try await identity(request)
        let body = try await Self.object(request)
        guard let name = body["name"]?.string else {
            throw Problem(
                .invalidField, "A bot needs \"name\", 2 to 32 characters of a-z, 0-9, _ and -, and not \"all\".")
        }
        let displayName = body["display_name"]?.string
        let token = BearerToken()
        let bot = try NewBot(name: name, displayName: displayName, token: token)
        let user = try await backend.write(payer: identity) { store in
            (try bot.make(in: store, by: identity, at: .now), [])
        }
        return Self.json(.created) {
            $0.member("token", token.text)
            $0.name("user")
            user.encode(into: &$0)
        }
    }
}
