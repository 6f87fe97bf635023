import ApusChat
import ApusTransports
import ApusWire
import HTTPTypes
import Hummingbird
import Logging

extension Request {
    /// The path without what is secret in it.
    fileprivate var loggablePath: String { uri.path.hasPrefix("/v1/hooks/") ? "/v1/hooks/…" : uri.path }
}

/// Makes every error a problem (RFC 9457).
struct Problems: RouterMiddleware {
    typealias Context = BasicRequestContext
    let served: [Route]
    let allowance: CommandAllowance?
    let logger: Logger

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let problem: Problem
        do {
            return try await next(request, context)
        } catch let limit as LimitReached {
            return Self.response(limit.problem, limit.policy)
        } catch let error as Problem {
            // Every other limit says which one it is.
            return Self.response(error, error.code == .rateLimited ? allowance?.policy : nil)
        } catch let error as HTTPError {
            switch error.status.code {
            case 404: return missing(request)
            case 413: problem = Problem(.tooLarge, "The body is too large.")
            default: problem = Problem(.badRequest, error.body ?? "The request cannot be understood.")
            }
        } catch {
            let id = OpaqueID.make(prefix: "q_")
            logger.error(
                "request failed",
                metadata: ["path": "\(request.loggablePath)", "error": "\(error)", "request": "\(id)"])
            var failure = Problem(.internalError, "Something went wrong; it has been logged.")
            failure.requestID = id
            problem = failure
        }
        return Self.response(problem)
    }

    /// A path that is there says which methods it takes (RFC 9110 section 15.5.6).
    private func missing(_ request: Request) -> Response {
        let path = request.uri.path
        let methods = served.filter { $0.hasPath(path) }.map(\.method)
        if methods.isEmpty { return Self.response(Problem(.notFound, "There is nothing at \(path.prefix(200)).")) }
        let taken = methods + (methods.contains(.get) ? [.head] : [])
        let allowed = taken.map(\.rawValue).sorted().joined(separator: ", ")
        var response = Self.response(
            Problem(.methodNotAllowed, "\(path.prefix(200)) takes \(allowed), not \(request.method)."))
        response.headers[.allow] = allowed
        return response
    }

    static func response(_ problem: Problem, _ limit: RateLimitPolicy? = nil) -> Response {
        var writer = JSONWriter(capacity: 256)
        problem.encode(into: &writer)
        var response = Routes.response(
            HTTPResponse.Status(code: problem.code.status), "application/problem+json", writer.bytes)
        let limits = problem.retryAfterMilliseconds.flatMap { limit?.fields(retryAfterMilliseconds: $0) } ?? []
        for field in problem.fields + limits {
            response.headers[HTTPField.Name(field.name)!] = field.value  // names of letters and hyphens
        }
        return response
    }
}
