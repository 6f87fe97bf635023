package import ApusWire
import NIOCore
import NIOHTTP1

/// One HTTP/1.1 request, and by `perform` its answer over a fresh connection.
package struct HTTPExchange: Sendable, CustomStringConvertible {
    /// In capitals, as it goes over the wire.
    package var method: String
    /// Path and query, percent-encoded.
    package var path: String
    package var headers: HeaderFields
    package var body: [UInt8]?

    package init(_ method: String, _ path: String, headers: HeaderFields = [:], body: [UInt8]? = nil) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }

    package init(_ method: String, _ path: String, headers: HeaderFields = [:], json: JSONValue) {
        self.init(method, path, headers: headers, body: json.encoded)
        if headers["content-type"] == nil { self.headers["content-type"] = "application/json" }
    }

    package func perform(
        on server: ServerAddress, within limit: Duration = .seconds(30)
    ) async throws -> HTTPAnswer {
        try await HTTPConnection(to: server).perform(self, within: limit)
    }

    package var description: String { "\(method) \(path)" }

    func parts(for server: ServerAddress) -> [HTTPClientRequestPart] {
        var headers = server.headers(headers)
        if let body, !headers.contains(name: "content-length"), !headers.contains(name: "transfer-encoding") {
            headers.add(name: "content-length", value: "\(body.count)")
        }
        let head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: path, headers: headers)
        guard let body, !body.isEmpty else { return [.head(head), .end(nil)] }
        return [.head(head), .body(.byteBuffer(ByteBuffer(bytes: body))), .end(nil)]
    }
}

package struct HTTPAnswer: Sendable, Equatable {
    package var status: Int
    package var headers: HeaderFields
    package var body: [UInt8]

    /// The body as JSON; null when there is none.
    package var json: JSONValue {
        get throws {
            if body.isEmpty { return .null }
            do {
                return try JSONValue(parsing: body)
            } catch {
                throw ClientFailure(.violation, "an answer \(status) is not JSON, \(error): \(text.abridged())")
            }
        }
    }

    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The body if it is JSON: refusals of proxies and broken servers are quoted, not judged.
    package var problem: JSONValue? {
        do { return body.isEmpty ? nil : try JSONValue(parsing: body) } catch { return .string(text) }
    }
}

extension HTTPPart where HeadT == HTTPResponseHead, BodyT == ByteBuffer {
    /// For the history in error messages.
    var summary: String {
        switch self {
        case .head(let head): "HTTP \(head.status.code)"
        case .body(let bytes): String(buffer: bytes)
        case .end: "the answer's end"
        }
    }
}
