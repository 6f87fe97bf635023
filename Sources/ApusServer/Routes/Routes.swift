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
    let logger: Logger

    func responder() -> RouterBridge.Responder {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: Sharing(origins: backend.origins))
        router.add(middleware: Problems(logger: logger))
        router.get("/healthz") { _, _ in Self.json { $0.member("status", "ok") } }
        router.get("/readyz") { [readiness] _, _ in
            let state = readiness.state
            return Self.json(state == .ready ? .ok : .serviceUnavailable) { $0.member("status", state.rawValue) }
        }
        router.get("/metrics") { [instruments, backend] _, _ in
            Self.response(
                .ok, "text/plain; version=0.0.4; charset=utf-8",
                Array(MetricsPage(instruments, writerDepth: backend.writer.depth).text.utf8))
        }
        router.post("/v1/accounts", use: signUp)
        router.post("/v1/sessions", use: signIn)
        router.get("/v1/sessions", use: sessions)
        router.delete("/v1/sessions", use: endSessions)
        router.delete("/v1/sessions/:id", use: endSession)
        router.post("/v1/password", use: password)
        router.post("/v1/tickets", use: ticket)
        router.post("/v1/invites", use: makeInvite)
        router.get("/v1/invites", use: invites)
        router.delete("/v1/invites/:id", use: revokeInvite)
        router.get("/v1/users", use: users)
        router.get("/v1/users/:id", use: user)
        router.post("/v1/users/:id/reset", use: makeReset)
        router.get("/v1/sync", use: sync)
        router.get("/v1/sync/users", use: acquaintances)
        router.get("/v1/rooms", use: rooms)
        router.get("/v1/rooms/:room", use: room)
        router.get("/v1/rooms/:room/members", use: members)
        router.get("/v1/rooms/:room/messages", use: messages)
        router.get("/v1/search", use: search)
        addHooks(to: router)
        addBots(to: router)
        refuseOtherMethods(of: router)
        let responder = router.buildResponder()
        let logger = logger
        return { request, writer, channel in
            let context = BasicRequestContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
            let address = channel.remoteAddress.flatMap(ClientAddress.init)?.description ?? "unknown"
            let response = try await RequestSource.$address.withValue(address) {
                try await responder.respond(to: request, context: context)
            }
            try await writer.write(response: response.head, body: response.body)
        }
    }

    /// A path that is there says which methods it takes (RFC 9110 section 15.5.6).
    private func refuseOtherMethods(of router: Router<BasicRequestContext>) {
        for (path, routes) in Dictionary(grouping: router.routes, by: { $0.path.description }) {
            let methods = routes.map(\.method)
            let taken = methods + (methods.contains(.get) ? [.head] : [])
            let allowed = taken.map(\.rawValue).sorted().joined(separator: ", ")
            for method in [HTTPRequest.Method.get, .head, .post, .put, .patch, .delete] where !taken.contains(method) {
                router.on(RouterPath(path), method: method) { request, _ in
                    var response = Problems.response(
                        Problem(.methodNotAllowed, "\(request.uri.path) takes \(allowed), not \(method.rawValue)."))
                    response.headers[.allow] = allowed
                    return response
                }
            }
        }
    }

    /// The JSON object in a request's body.
    static func object(_ request: Request) async throws -> JSONObject {
        let type = request.headers[.contentType]?.split(separator: ";").first.map { $0.lowercased() }
        guard type?.trimmingCharacters(in: .whitespaces) == "application/json" else {
            throw Problem(.unsupportedMediaType, "Send the body as application/json.")
        }
        let bytes = try await request.body.collect(upTo: RouterBridge.maximumBody)
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

extension Request {
    /// The path without what is secret in it.
    fileprivate var loggablePath: String { uri.path.hasPrefix("/v1/hooks/") ? "/v1/hooks/…" : uri.path }
}

/// Makes every error a problem (RFC 9457).
struct Problems: RouterMiddleware {
    typealias Context = BasicRequestContext
    let logger: Logger

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let problem: Problem
        do {
            return try await next(request, context)
        } catch let error as Problem {
            problem = error
        } catch let error as HTTPError {
            switch error.status.code {
            case 404: problem = Problem(.notFound, "There is nothing at \(request.uri.path.prefix(200)).")
            case 413: problem = Problem(.tooLarge, "The body is too large.")
            default: problem = Problem(.badRequest, error.body ?? "The request cannot be understood.")
            }
        } catch {
            logger.error(
                "request failed",
                metadata: ["path": "\(request.loggablePath)", "error": "\(error)", "request": "\(context.id)"])
            var failure = Problem(.internalError, "Something went wrong; it has been logged.")
            failure.requestID = context.id
            problem = failure
        }
        return Self.response(problem)
    }

    static func response(_ problem: Problem) -> Response {
        var writer = JSONWriter(capacity: 256)
        problem.encode(into: &writer)
        var response = Routes.response(
            HTTPResponse.Status(code: problem.code.status), "application/problem+json", writer.bytes)
        if problem.code == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
        if let wait = problem.retryAfterMilliseconds { response.headers[.retryAfter] = String((wait + 999) / 1000) }
        return response
    }
}
