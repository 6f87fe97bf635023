import ApusTransports
import HTTPTypes
import Hummingbird

/// Lets pages on other servers read the answers, as far as they are allowed to (Fetch, section 3.2).
struct Sharing: RouterMiddleware {
    typealias Context = BasicRequestContext
    let origins: AllowedOrigins

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let fields = origins.sharedFields(with: request.headers[.origin])
        if request.method == .options, request.headers[.asksForMethod] != nil, !fields.isEmpty {
            var response = Response(status: .noContent)
            response.add(fields + AllowedOrigins.preflightFields)
            return response
        }
        var response = try await next(request, context)
        response.add(fields)
        return response
    }
}

extension Response {
    fileprivate mutating func add(_ fields: [(name: String, value: String)]) {
        for field in fields {
            // Names are written down in AllowedOrigins, and all of them are tokens.
            headers.append(HTTPField(name: HTTPField.Name(field.name)!, value: field.value))
        }
    }
}

extension HTTPField.Name {
    fileprivate static let asksForMethod = HTTPField.Name("access-control-request-method")!  // a token
}
