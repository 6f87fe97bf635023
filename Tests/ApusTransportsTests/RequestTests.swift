import ApusCore
import ApusWire
import NIOHTTP1
import Testing

@testable import ApusTransports

struct RequestTests {
    private func handshake(_ headers: [(String, String)], version: HTTPVersion = .http1_1) -> HTTPRequestHead {
        HTTPRequestHead(version: version, method: .GET, uri: "/v1/stream", headers: HTTPHeaders(headers))
    }

    static let good = [
        ("Upgrade", "websocket"), ("Connection", "keep-alive, Upgrade"), ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ]

    @Test func `the RFC's example key is accepted as the RFC says`() throws {
        let head = handshake(Self.good)
        #expect(WebSocketHandshake.isAsked(head))
        let answer = try WebSocketHandshake.answer(head)
        #expect(answer["sec-websocket-accept"] == ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="])
        #expect(answer["sec-websocket-protocol"] == [])
    }

    @Test func `a client that offers subprotocols must offer ours`() throws {
        let offered = ("Sec-WebSocket-Protocol", "chat, apus.v1")
        #expect(
            try WebSocketHandshake.answer(handshake(Self.good + [offered]))["sec-websocket-protocol"] == ["apus.v1"])
        #expect(throws: Problem.self) {
            try WebSocketHandshake.answer(handshake(Self.good + [("Sec-WebSocket-Protocol", "chat")]))
        }
    }

    @Test(arguments: [
        ("Connection", "keep-alive"), ("Sec-WebSocket-Version", "8"), ("Sec-WebSocket-Key", "c2hvcnQ="),
        ("Sec-WebSocket-Key", "!"), ("Sec-WebSocket-Key", ""),
    ])
    func `a faulty handshake is a bad request`(name: String, value: String) {
        let headers = Self.good.map { $0.0 == name ? (name, value) : $0 }
        let problem = #expect(throws: Problem.self) { try WebSocketHandshake.answer(handshake(headers)) }
        #expect(problem?.code == (name == "Sec-WebSocket-Version" ? .upgradeRequired : .badRequest))
        #expect(throws: Problem.self) {
            try WebSocketHandshake.answer(handshake(Self.good.filter { $0.0 != name }))
        }
    }

    @Test(
        arguments: [
            ("/v1/stream", "/v1/stream", nil), ("/v1/stream?a=1", "/v1/stream", "1"), ("/x?", "/x", nil),
            ("/x?b=2&a=1&a=3", "/x", "1"), ("/x?a", "/x", ""), ("/x?a=b=c", "/x", "b=c"),
            ("/x?%61=%C3%A9+%2B", "/x", "é +"),
            ("/x?a=%", "/x", "%"), ("/x?a=%4", "/x", "%4"), ("/x?a=%zz", "/x", "%zz"), ("/x?a=%+f", "/x", "% f"),
            ("/x?a=%-0", "/x", "%-0"),
            ("/x?a=%2Fb%e9", "/x", "/b\u{FFFD}"),
            ("/x?a=1?2", "/x", "1?2"), ("", "", nil),
        ] as [(String, String, String?)])
    func `a target is taken apart`(uri: String, path: String, value: String?) {
        let target = RequestTarget(uri)
        #expect(target.path == path)
        #expect(target["a"] == value)
    }

    @Test func `a query without anything means all rooms from now on`() throws {
        let query = try StreamQuery(target: RequestTarget("/v1/stream"))
        #expect(query.cursor == nil && query.rooms == nil && query.signals == nil && query.client == nil)
        #expect(query.limit == 100 && query.wait == nil && !query.observes && !query.probes)
    }

    @Test func `everything that a query may say is taken`() throws {
        let query = try StreamQuery(
            target: RequestTarget(
                "/v1/stream?cursor=e1-5&rooms=a,b&limit=500&wait=55&signals=e1-2&client=tab&observe=1&probe=0&new=1"))
        #expect(query.cursor == Cursor(epoch: "e1", seq: 5))
        #expect(query.rooms == ["a", "b"])
        #expect(query.limit == 500 && query.wait == 55 && query.signals == "e1-2" && query.client == "tab")
        #expect(query.observes && !query.probes)
        let body = #"{"cursor":"e1-5","rooms":["a","b"],"limit":500,"wait":55,"observe":true,"probe":false,"new":1}"#
        let same = try StreamQuery(body: body.utf8)
        #expect(same.cursor == query.cursor && same.rooms == query.rooms && same.limit == 500 && same.wait == 55)
        #expect(same.observes && !same.probes)
    }

    @Test(arguments: [
        "cursor=x", "cursor=e1-", "cursor=e1-01", "cursor=E1-1", "limit=0", "limit=501", "limit=x", "limit=",
        "wait=-1", "wait=56", "wait=1.5", "client=", "client=\(String(repeating: "x", count: 65))", "observe=yes",
        "probe=2", "limit=99999999999999999999",
    ])
    func `a faulty value is said in a problem`(query: String) {
        let problem = #expect(throws: Problem.self) { try StreamQuery(target: RequestTarget("/v1/stream?\(query)")) }
        #expect(problem?.code == .invalidField)
        #expect(problem?.detail.contains(query.split(separator: "=")[0]) == true)
    }

    @Test(arguments: ["", "[]", "7", "{", #"{"cursor":"e1-1""#])
    func `a body that is no object is bad JSON`(body: String) {
        let problem = #expect(throws: Problem.self) { try StreamQuery(body: body.utf8) }
        #expect(problem?.code == .badJSON)
    }

    @Test(arguments: [
        #"{"cursor":5}"#, #"{"cursor":{}}"#, #"{"limit":[1]}"#, #"{"limit":1.5}"#, #"{"wait":"x"}"#,
        #"{"rooms":["a",1]}"#,
    ])
    func `a body's faulty value is an invalid field`(body: String) {
        let problem = #expect(throws: Problem.self) { try StreamQuery(body: body.utf8) }
        #expect(problem?.code == .invalidField)
    }
}
