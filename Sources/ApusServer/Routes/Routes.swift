import ApusChat
import ApusCore
import ApusTransports
import ApusWire
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The HTTP routes that are not hot: snapshots, history, health and metrics.
struct Routes {
    let backend: ServerBackend
    let accounts: AccountDesk
    let instruments: Instruments
    let readiness: Readiness
    let searches: Searches
    let web: WebPage
    let proxies: TrustedProxies
    let logger: Logger

    /// What is served here: the method, the path as OpenAPI writes it, and who answers.
    var served: [Route] {
        [
            Route(.get, "/", page),
            Route(.get, "/r/{room}", page),
            Route(.get, "/r/{room}/{number}", page),
            Route(.get, "/assets/{version}/{path}", asset),
            Route(.get, "/healthz") { _, _ in Self.json { $0.member("status", "ok") } },
            Route(.get, "/readyz", ready),
            Route(.get, "/metrics", metrics),
            Route(.post, "/v1/accounts", signUp),
            Route(.post, "/v1/sessions", signIn),
            Route(.get, "/v1/sessions", sessions),
            Route(.delete, "/v1/sessions", endSessions),
            Route(.delete, "/v1/sessions/{id}", endSession),
            Route(.post, "/v1/password", password),
            Route(.post, "/v1/tickets", ticket),
            Route(.post, "/v1/invites", makeInvite),
            Route(.get, "/v1/invites", invites),
            Route(.delete, "/v1/invites/{id}", revokeInvite),
            Route(.get, "/v1/users", users),
            Route(.get, "/v1/users/{id}", user),
            Route(.post, "/v1/users/{id}/reset", makeReset),
            Route(.get, "/v1/sync", sync),
            Route(.get, "/v1/sync/users", acquaintances),
            Route(.get, "/v1/rooms", rooms),
            Route(.get, "/v1/rooms/{room}", room),
            Route(.get, "/v1/rooms/{room}/members", members),
            Route(.get, "/v1/rooms/{room}/bans", bans),
            Route(.get, "/v1/rooms/{room}/messages", messages),
            Route(.post, "/v1/rooms/{room}/hooks", makeHook),
            Route(.get, "/v1/rooms/{room}/hooks", hooks),
            Route(.delete, "/v1/rooms/{room}/hooks/{hook}", removeHook),
            Route(.post, "/v1/hooks/{token}", postByHook),
            Route(.get, "/v1/search", search),
            Route(.post, "/v1/bots", makeBot),
            Route(.post, "/v1/bots/{id}/token", replaceToken),
        ]
    }

    func responder() -> RouterBridge.Responder {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: Sharing(origins: backend.origins))
        router.add(middleware: Problems(served: served, allowance: backend.allowance, logger: logger))
        for route in served { router.on(route.routerPath, method: route.method, use: route.answer) }
        let responder = router.buildResponder()
        let (proxies, logger) = (proxies, logger)
        return { request, writer, channel in
            let context = BasicRequestContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
            let client = proxies.client(
                of: channel.remoteAddress, forwardedFor: request.headers[values: .xForwardedFor]
            ).map(ClientAddress.init)
            let response = try await RequestSource.$address.withValue(client?.description ?? "unknown") {
                try await responder.respond(to: request, context: context)
            }
            try await writer.write(response: response.head, body: response.body)
        }
    }

    @Sendable
    private func ready(_ request: Request, _ context: BasicRequestContext) -> Response {
        let state = readiness.state
        return Self.json(state == .ready ? .ok : .serviceUnavailable) { $0.member("status", state.rawValue) }
    }

    @Sendable
    private func metrics(_ request: Request, _ context: BasicRequestContext) -> Response {
        Self.response(
            .ok, "text/plain; version=0.0.4; charset=utf-8",
            Array(MetricsPage(instruments, writerDepth: backend.writer.depth, searchBehind: searches.behind).text.utf8))
    }

    /// The JSON object in a request's body.
    static func object(_ request: Request) async throws -> JSONObject {
        let type = request.headers[.contentType]?.split(separator: ";").first.map { $0.lowercased() }
        guard type?.trimmingCharacters(in: .whitespaces) == "application/json" else {
            throw Problem(.unsupportedMediaType, "Send the body as application/json.")
        }
        let bytes: ByteBuffer
        do { bytes = try await request.body.collect(upTo: RouterBridge.maximumBody) } catch is NIOTooManyBytesError {
            throw Problem(.tooLarge, "A body has at most \(RouterBridge.maximumBody) bytes.")
        }
        let value: JSONValue
        do { value = try JSONValue(parsing: bytes.readableBytesView) } catch {
            throw Problem(.badJSON, "The body is not JSON: \(error).")
        }
        guard let object = value.object else {
            throw Problem(.badJSON, "The body is a JSON object, but \(value.kind) came.")
        }
        return object
    }

    static func json(
        _ status: HTTPResponse.Status = .ok, _ members: (inout JSONWriter) -> Void
    ) -> Response {
        var writer = JSONWriter(capacity: 1024)
        writer.object(members)
        return response(status, "application/json", writer.bytes)
    }

    static func response(_ status: HTTPResponse.Status, _ type: String, _ body: [UInt8]) -> Response {
        Response(
            status: status,
            headers: [
                .contentType: type, .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
            ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}

extension HTTPField.Name {
    fileprivate static let xForwardedFor = HTTPField.Name("x-forwarded-for")!  // a token
}
