import ApusChat
import ApusCore
import ApusWire
import Hummingbird

/// People.
extension Routes {
    /// `GET /v1/users/{id}`
    @Sendable
    func user(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        _ = try await identity(request)
        let account = try await account(try context.parameters.require("id"))
        return Self.json { account.encodeMembers(into: &$0, idName: "id") }
    }

    /// `GET /v1/users`: all of them by name, for admins.
    @Sendable
    func users(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        _ = try await admin(request)
        let after = request.uri.queryParameters["after"].map { String($0) } ?? ""
        let limit = try Self.number(request, "limit", in: 1...500) ?? 100
        let accounts = try await backend.blocking { [backend] in
            try backend.store.accounts(after: after, limit: Int(limit) + 1)
        }
        return Self.json { writer in
            writer.name("users")
            writer.array {
                for account in accounts.prefix(Int(limit)) {
                    $0.object { account.encodeMembers(into: &$0, idName: "id") }
                }
            }
            writer.member("has_more", accounts.count > Int(limit))
        }
    }

    func account(_ id: String) async throws -> Account {
        guard let account = try await backend.blocking({ [backend] in try backend.store.account(id: id) }) else {
            throw Problem(.noSuchUser, "There is no user \"\(id.prefix(64))\".")
        }
        return account
    }
}
