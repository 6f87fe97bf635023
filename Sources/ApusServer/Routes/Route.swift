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

    /// What `{path}` stands for goes on to the end, slashes included.
    private static let rest = "{path}"

    var routerPath: RouterPath { RouterPath(path.replacing(Self.rest, with: "**")) }

    func hasPath(_ other: String) -> Bool {
        let (own, others) = (path.split(separator: "/"), other.split(separator: "/"))
        let isLongEnough = path.hasSuffix(Self.rest) ? own.count <= others.count : own.count == others.count
        return isLongEnough && zip(own, others).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}
