import HTTPTypes
import Hummingbird

/// One path with one method.
struct Route: Sendable {
    let method: HTTPRequest.Method
    /// As OpenAPI writes it: `/v1/rooms/{room}`.
    let path: String
    let answer: @Sendable (Request, BasicRequestContext) async throws -> Response

    init(
        _ method: HTTPRequest.Method, _ path: String,
        _ answer: @escaping @Sendable (Request, BasicRequestContext) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.answer = answer
    }

    func hasPath(_ other: String) -> Bool {
        let (own, others) = (path.split(separator: "/"), other.split(separator: "/"))
        return own.count == others.count && zip(own, others).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}
