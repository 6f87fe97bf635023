import ApusChat
import ApusCore
import ApusWire
import Hummingbird
import Logging

/// Accounts of programs.
extension Routes {
    /// `POST /v1/bots` `{"name","display_name"?}`, for the server's admins: an account with a token, which is told once.
    @Sendable
    func makeBot(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let identity = try await identity(request)
        let body = try await fields(request, "POST /v1/bots").read
        let name = try body.string("name")
        let displayName = try body.optionalString("display_name")
        let token = BearerToken()
        let bot = try NewBot(name: name, displayName: displayName, token: token)
        let user = try await backend.write(payer: identity) { store in
            (try bot.make(in: store, by: identity, at: .now), [])
        }
        return Self.made(token, for: user)
    }

    /// `POST /v1/bots/{id}/token`, for the server's admins: a new token, told once. Those that the bot had end.
    @Sendable
    func replaceToken(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let admin = try await admin(request)
        let id = try context.parameters.require("id")
        let token = BearerToken()
        let now = backend.hub.wallClock()
        let (bot, ended) = try await backend.write { store in
            // What the admin was may have changed meanwhile.
            guard let maker = try store.account(admin.identity.key), maker.isAdmin, !maker.isBanned else {
                throw Problem(.forbidden, "Only admins of the server may do this.")
            }
            guard let bot = try store.user(id: id), bot.role == .bot else {
                throw Problem(.noSuchUser, "There is no bot \"\(id.prefix(64))\"; people sign in and out themselves.")
            }
            let ended = try store.endTokens(of: bot.identity.key)
            try store.insertToken(hash: token.hash, of: bot.identity.key, at: now)
            return ((bot.identity, ended), [])
        }
        for id in ended { backend.hub.end(.opened(by: bot.key, with: id)) }
        logger.info("token replaced", metadata: ["user": "\(bot.id)", "by": "\(admin.identity.id)"])
        return Self.made(token, for: bot)
    }

    private static func made(_ token: BearerToken, for user: Identity) -> Response {
        json(.created) {
            $0.member("token", token.text)
            $0.name("user")
            user.encode(into: &$0)
        }
    }
}
