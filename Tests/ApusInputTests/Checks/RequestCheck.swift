import ApusWire
import NIOCore
import NIOHTTP1

@testable import ApusTransports

/// The input is a request as text: `METHOD TARGET`, header fields line by line, an empty line, the body. NIO reads the
/// real bytes; here is what Apus makes of the head and the body that it gets.
struct RequestCheck {
    private let head: HTTPRequestHead
    private let body: [UInt8]

    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        func line() -> String {
            let line = rest.prefix { $0 != 0x0A }
            rest = rest.dropFirst(line.count + 1)
            return String(decoding: line, as: UTF8.self)
        }
        let first = line().split(separator: " ", maxSplits: 1)
        var headers = HTTPHeaders()
        // NIO refuses a name that is not ASCII, and so does its list of headers, with a trap.
        while case let field = line(), !field.isEmpty {
            let parts = field.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count == 2 ? parts[1].drop { $0 == " " } : ""
            if parts[0].allSatisfy(\.isASCII) { headers.add(name: String(parts[0]), value: String(value)) }
        }
        head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: first.first.map(String.init) ?? ""),
            uri: first.count == 2 ? String(first[1]) : "", headers: headers)
        body = Array(rest)
    }

    func run() throws(Finding) {
        try target()
        try request()
        try handshake()
        if let token = Bearer.token(head.headers.first(name: "authorization")) {
            try expect(!token.isEmpty && !token.contains(" ") && token.utf8.count <= 512, "the token \(token)")
        }
        try query { try StreamQuery(target: RequestTarget(head.uri)) }
        try query { try StreamQuery(body: body) }
    }

    private func target() throws(Finding) {
        let target = RequestTarget(head.uri)
        try expect(head.uri.hasPrefix(target.path) && !target.path.contains("?"), "the path \(target.path)")
        let text = String(decoding: body, as: UTF8.self)
        let encoded = Self.encoded(text)
        let read = RequestTarget("/v1/stream?x=1&\(encoded)=\(encoded)")[text]
        try expect(read == (text == "x" ? "1" : text), "\(encoded) was read as \(read ?? "nothing")")
    }

    private func request() throws(Finding) {
        guard let request = FrontRequest(head) else { return }
        try expect(["/v1/stream", "/v1/commands"].contains(request.target.path), "a path that belongs to the router")
        let isJSON = head.headers.first(name: "content-type")?.lowercased().hasPrefix("application/json") ?? false
        try expect(isJSON || !request.hasJSONBody, "a body that does not say that it is JSON")
        let fits = request.append(ByteBuffer(bytes: body))
        try expect(fits == (body.count <= request.maximumBody), "a body of \(body.count) bytes, taken: \(fits)")
        let rest = request.maximumBody - request.body.readableBytes
        try expect(!request.append(ByteBuffer(repeating: 0, count: rest + 1)), "a body over its limit")
    }

    private func handshake() throws(Finding) {
        guard let headers = try? WebSocketHandshake.answer(head) else { return }
        try expect(head.method == .GET, "a WebSocket from \(head.method)")
        try expect(headers.first(name: "sec-websocket-accept")?.utf8.count == 28, "\(headers)")
        let offers = head.headers["sec-websocket-protocol"].joined().contains(WebSocketHandshake.subprotocol)
        try expect(
            headers.contains(name: "sec-websocket-protocol") == offers, "a subprotocol nobody offered: \(headers)")
    }

    /// What was asked is within its limits, and asked again in the other form it is the same.
    private func query(_ read: () throws -> StreamQuery) throws(Finding) {
        let query: StreamQuery
        do { query = try read() } catch {
            try expect(error is Problem, "refused with \(type(of: error)): \(error)")
            return
        }
        try expect((1...StreamQuery.maximumLimit).contains(query.limit), "limit \(query.limit)")
        try expect((0...StreamQuery.maximumWait).contains(query.wait ?? 0), "wait \(query.wait ?? 0)")
        try expect(query.rooms?.count ?? 0 <= StreamQuery.maximumRooms, "\(query.rooms?.count ?? 0) rooms")
        try expect(query.client.map(Command.isValid) ?? true, "the client \(query.client ?? "")")
        let members = Self.members(query)
        let uri = "/v1/stream?" + members.map { "\($0)=\(Self.encoded($1))" }.joined(separator: "&")
        var json = JSONObject()
        for (name, value) in members { json[name] = .string(value) }
        let byTarget = try? StreamQuery(target: RequestTarget(uri))
        let byBody = try? StreamQuery(body: JSONValue.object(json).encoded)
        for again in [byTarget, byBody] {
            try expect(
                again.map(Self.members)?.elementsEqual(members, by: ==) == true, "asked again it is another: \(uri)")
        }
    }

    private static func members(_ query: StreamQuery) -> [(String, String)] {
        let all: [(String, String?)] = [
            ("cursor", query.cursor?.description), ("rooms", query.rooms?.joined(separator: ",")),
            ("limit", String(query.limit)), ("signals", query.signals), ("client", query.client),
            ("observe", query.observes ? "1" : "0"), ("probe", query.probes ? "1" : "0"),
            ("wait", query.wait.map(String.init)),
        ]
        return all.compactMap { name, value in value.map { (name, $0) } }
    }

    /// Every byte percent-encoded.
    private static func encoded(_ text: String) -> String {
        text.utf8.reduce(into: "") { $0 += ($1 < 16 ? "%0" : "%") + String($1, radix: 16) }
    }
}
