import ApusClient
import NIOCore
import NIOHTTP1
import Testing

struct RetryAfterTests {
    private static func answer(_ retryAfter: String?, _ body: String, _ type: String) -> HTTPAnswer {
        var fields = HTTPHeaders([("content-type", type)])
        if let retryAfter { fields.add(name: "retry-after", value: retryAfter) }
        return HTTPAnswer(status: 503, fields: fields, body: ByteBuffer(string: body))
    }

    private static func problem(_ more: String = "") -> String { #"{"code":"draining","detail":"soon"\#(more)}"# }

    @Test(
        arguments: [("86400", 300_000), ("301", 300_000), ("7", 7_000), ("-3", 0), ("Wed, 21 Oct", nil)]
            as [(String, Int64?)])
    func `a proxy is obeyed for five minutes`(_ given: String, _ obeyed: Int64?) {
        #expect(Self.answer(given, "<html>Maintenance</html>", "text/html").retryAfter == obeyed)
        // A page that looks like the protocol is none without its type.
        #expect(Self.answer(given, Self.problem(), "application/json").retryAfter == obeyed)
    }

    @Test(arguments: [("86400", 86_400_000), ("90000", 86_400_000), ("301", 301_000)] as [(String, Int64)])
    func `the server is obeyed for a day`(_ given: String, _ obeyed: Int64) {
        #expect(Self.answer(given, Self.problem(), "application/problem+json").retryAfter == obeyed)
    }

    @Test(arguments: [("400500", 400_500), ("9000000000000", 86_400_000), ("-1", 0)] as [(String, Int64)])
    func `what a problem says itself is obeyed for a day, too`(_ given: String, _ obeyed: Int64) throws {
        let body = Self.problem(#","retryable":true,"retry_after_ms":\#(given)"#)
        let answer = Self.answer("3", body, "application/problem+json")
        #expect(answer.retryAfter == obeyed)
        #expect(Refusal(problem: try #require(answer.problem)).retryAfter == obeyed)
    }
}
