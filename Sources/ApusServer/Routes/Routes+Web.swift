import ApusWire
import HTTPTypes
import Hummingbird

/// The chat page, which is in the binary.
extension Routes {
    private static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:",
        "connect-src 'self'", "manifest-src 'self'", "base-uri 'none'", "form-action 'none'",
        "frame-ancestors 'none'",
    ].joined(separator: "; ")

    /// `GET /`, and the addresses of rooms and messages: the page finds out by itself which one it is at.
    @Sendable
    func page(_ request: Request, _ context: BasicRequestContext) -> Response {
        let tag = "W/\"\(web.version)\""
        var response: Response
        if request.headers[.ifNoneMatch]?.contains(tag) == true {
            response = Response(status: .notModified)
        } else {
            response = Self.file(web.page, request)
        }
        response.headers[.eTag] = tag
        response.headers[.cacheControl] = "no-cache"
        response.headers[.contentSecurityPolicy] = Self.policy
        response.headers[.referrerPolicy] = "no-referrer"
        response.headers[.vary] = "Accept-Encoding"
        return response
    }

    /// `GET /assets/{version}/{path}`
    @Sendable
    func asset(_ request: Request, _ context: BasicRequestContext) throws -> Response {
        let version = try context.parameters.require("version")
        let path = context.parameters.getCatchAll().joined(separator: "/")
        guard version == web.version, let file = web.file(path) else {
            throw Problem(
                .notFound, "There is no such file in this version; reload the page, which names those that are there.")
        }
        var response = Self.file(file, request)
        response.headers[.cacheControl] = "public, max-age=31536000, immutable"
        return response
    }

    private static func file(_ file: WebFile, _ request: Request) -> Response {
        var headers: HTTPFields = [.contentType: file.type, .xContentTypeOptions: "nosniff", .vary: "Accept-Encoding"]
        if let gzipped = file.gzipped, takesGzip(request.headers[.acceptEncoding]) {
            headers[.contentEncoding] = "gzip"
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: gzipped))
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: file.plain))
    }

    /// Whether `Accept-Encoding` has gzip, and not with a weight of nothing (RFC 9110, section 12.5.3).
    static func takesGzip(_ field: String?) -> Bool {
        (field ?? "").split(separator: ",").contains { coding in
            let parts = coding.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            return parts.first == "gzip" && !parts.dropFirst().contains { Double($0.dropFirst(2)) == 0 }
        }
    }
}

extension HTTPField.Name {
    fileprivate static let referrerPolicy = HTTPField.Name("Referrer-Policy")!  // a token
}
