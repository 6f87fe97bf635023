import ApusWire
import Testing

struct ProblemTests {
    struct Vector: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let problem: Plain
        var testDescription: String { name }
    }

    static let resetNames: Set = ["reason", "cursor", "spread_ms"]

    @Test(arguments: try Vectors.load("problems") as [Vector])
    func `a problem is written with all that it knows`(vector: Vector) throws {
        let problem = try Problem(vector: vector.problem)
        #expect(try written(problem.encode) == vector.problem.without(Self.resetNames))
    }

    @Test func `a body may carry more beside a problem's members`() throws {
        let vectors: [Vector] = try Vectors.load("problems")
        let vector = try #require(vectors.first { $0.problem["code"]?.string == "reset" })
        let problem = try Problem(vector: vector.problem)
        let reset = try Reset(vector: vector.problem)
        let body = try written { writer in
            writer.object {
                problem.encodeMembers(into: &$0)
                $0.member("reason", reset.reason.rawValue)
                $0.member("cursor", reset.cursor.description)
                $0.member("spread_ms", reset.spreadMilliseconds)
            }
        }
        #expect(body == vector.problem)
    }
}

extension Problem {
    /// The problem that a vector shows; code, title, status and `retryable` must follow from the code.
    init(vector: Plain) throws {
        let code = try #require(vector["code"]?.string.flatMap(ProblemCode.init))
        self.init(
            code, try #require(vector["detail"]?.string), retryAfterMilliseconds: vector["retry_after_ms"]?.integer)
        requestID = vector["request_id"]?.string
    }
}

extension Reset {
    init(vector: Plain) throws {
        self.init(
            reason: try #require(vector["reason"]?.string.flatMap(Reason.init)),
            cursor: try #require(vector["cursor"]?.string.flatMap { Cursor($0) }),
            spreadMilliseconds: try #require(vector["spread_ms"]?.integer))
    }
}
