import ApusChat
import ApusCore
import ApusTransports
import ApusWire
import HTTPTypes
import Hummingbird

/// Where the request that is being answered comes from. Hummingbird's context, which every route takes, does not say it.
enum RequestSource {
    @TaskLocal static var address = "unknown"
}

extension Routes {
    /// Who asks. The transports' own way of saying no.
    func identity(_ request: Request) async throws -> Identity { try await credential(request).credential.identity }

    /// Who asks, and by what.
    func credential(_ request: Request) async throws -> (credential: Credential, presented: Presented) {
        let presented = try Presented(
            authorization: request.headers[.authorization], cookies: request.headers[values: .cookie])
        try presented.check(
            changes: request.method != .get && request.method != .head, origin: request.headers[.origin],
            host: request.head.authority, backend.origins)
        // Asked again when it changes just while it is read.
        for _ in 1...3 {
            switch backend.known(token: presented.token) {
            case .somebody(let credential): return (credential, presented)
            case .nobody: throw Presented.unknown
            case .unknown: try await backend.blocking { [backend] in try backend.load(token: presented.token) }
            }
        }
        guard case .somebody(let credential) = backend.known(token: presented.token) else { throw Presented.unknown }
        return (credential, presented)
    }

    /// Who asks, if it is an admin of the server.
    func admin(_ request: Request) async throws -> Account {
        let user = try await identity(request)
        let account = try await backend.blocking { [backend] in try backend.store.account(user.key) }
        guard let account, account.isAdmin, !account.isBanned else {
            throw Problem(.forbidden, "Only admins of the server may do this.")
        }
        return account
    }

    /// Requests without credentials, which a page of another site could have sent as well.
    func checkOrigin(_ request: Request) throws {
        guard let origin = request.headers[.origin] else { return }
        if !backend.origins.allows(origin, host: request.head.authority) { throw Presented.refused(origin) }
    }

    func visitor(_ request: Request) -> Visitor {
        let agent = (request.headers[.userAgent] ?? "").unicodeScalars.filter(Label.allows).prefix(100)
        return Visitor(
            address: RequestSource.address,
            device: Cookies.value(DeviceCookies.cookieName, in: request.headers[values: .cookie]),
            label: String(String.UnicodeScalarView(agent)))
    }

    /// The fields of a JSON body.
    func fields(_ request: Request, _ what: String) async throws -> RequestFields {
        let object = try await Self.object(request)
        return RequestFields(object: object, read: Fields(Command(id: nil, op: what, fields: object)))
    }
}

/// A body's members, read as those of commands are.
struct RequestFields {
    let object: JSONObject
    let read: Fields

    func has(_ name: String) -> Bool { object[name] != nil && object[name] != .null }

    func optionalNumber(_ name: String, in range: ClosedRange<Int64>) throws -> Int64? {
        guard has(name) else { return nil }
        let number = try read.number(name)
        guard range.contains(number) else {
            throw Problem(
                .invalidField, "\"\(name)\" is from \(range.lowerBound) to \(range.upperBound), but \(number) came.")
        }
        return number
    }
}

extension HTTPField.Name {
    static let origin = HTTPField.Name("origin")!  // a token
}
